/** The messages of NTLM (MS-NLMP); NTLMv2 whenever the server sends what it needs. */
declare module 'httpntlm/ntlm.js' {
  interface Account {
    username: string;
    password: string;
    domain: string;
    workstation: string;
  }
  const ntlm: {
    createType1Message(account: Account): string;
    /** Calls back with an error, or returns the message. */
    parseType2Message(header: string, failed: (error: Error) => unknown): object | undefined | null;
    createType3Message(challenge: object, account: Account): string;
  };
  export default ntlm;
}
