import { commonNameOf, parseCertificate } from '@sifaka/pki';

/** Certificates as DER, the issued one first. */
type Chain = readonly Buffer[];

/**
 * The wanted one among the chains that a CA offers.
 *
 * @param preferredIssuer common name of the subject or issuer of any certificate in it; the default chain when none has it
 * @param dropsLastCertificate leaves out the last certificate (a cross-signed root) when more than one stands above the issued one
 */
export function chooseChain(chains: readonly Chain[], preferredIssuer: string | null, dropsLastCertificate: boolean): Chain {
  const preferred = preferredIssuer === null ? undefined : chains.find((chain) => chain.some((der) => names(der, preferredIssuer)));
  const chosen = preferred ?? chains[0] ?? [];
  return dropsLastCertificate && chosen.length > 2 ? chosen.slice(0, -1) : chosen;
}

function names(der: Buffer, commonName: string): boolean {
  const { subject, issuer } = parseCertificate(der);
  return [subject, issuer].some((name) => commonNameOf(name) === commonName);
}
