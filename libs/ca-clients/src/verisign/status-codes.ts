/**
 * What a status means for the request: `pending` it may still become a certificate, `denied` the account may not, `failed` Verisign did
 * not do its part, `refused` it never succeeds as asked.
 */
export type StatusKind = 'pending' | 'denied' | 'failed' | 'refused';

export interface StatusMeaning {
  kind: StatusKind;
  text: string;
}

const refused = (text: string): StatusMeaning => ({ kind: 'refused', text });
const denied = (text: string): StatusMeaning => ({ kind: 'denied', text });
const failed = (text: string): StatusMeaning => ({ kind: 'failed', text });
const pending = (text: string): StatusMeaning => ({ kind: 'pending', text });

/** Status codes of VICE 2.0, in lower case. */
export const statusCodes: ReadonlyMap<string, StatusMeaning> = new Map([
  ['0x0143', refused('the end date is not valid, or later than that of the certificate that is replaced')],
  ['0x0194', refused('the signature algorithm does not go with the type of the key')],
  ['0x1005', refused('a certificate with this common name exists already; if this order was sent before, pick it up or reject it in the control center')],
  ['0x23df', failed('an internal service of Verisign did not answer')],
  ['0x3004', denied('the Managed PKI account is not valid, or not active yet')],
  ['0x300a', refused('an alternative name does not belong to a domain of the account')],
  ['0x3043', refused('the validity is shorter than one day')],
  ['0x3063', refused('the account is not set up for certificates of this kind')],
  ['0x3069', refused('the challenge phrase is not the one that the certificate was ordered with')],
  ['0x3085', denied('the account lacks the web services feature')],
  ['0x30c5', refused('a domain of the request is not registered with the account')],
  ['0x30e8', refused('common name or organization differ from those of the original certificate')],
  ['0x3101', denied('the administrator of the client certificate lacks the role for the web services')],
  ['0x3105', refused("the organization of the request is not one of the account's")],
  ['0x3111', refused('the product is not offered to the account, or not for this type of key')],
  ['0x3301', refused('the transaction is not known, or the certificate cannot be renewed yet')],
  ['0x3a10', refused('the certificate that was sent has a format that is not supported')],
  ['0x4002', failed('the database of Verisign cannot be reached')],
  ['0x4101', failed('internal error of Verisign; it may also mean that the state of the subject is abbreviated')],
  ['0x4824', refused('a name is not fully qualified, or its top-level domain is not delegated: public certificates for such names are no longer issued')],
  ['0x4826', refused('an organizational unit of the subject is misleading')],
  ['0x4827', refused('the organization has to be validated again before it gets certificates')],
  ['0x4828', refused('the validity is longer than two years')],
  ['0x482a', refused('a domain has to be validated again before it gets certificates')],
  ['0x482b', refused('no address of the organization is marked as the default one')],
  ['0x482c', refused('the signature algorithm is not for the key of the request')],
  ['0x482d', refused('signatures with SHA-1 do not last that long')],
  ['0x482e', refused('a domain below a new top-level domain has to be validated again')],
  ['0x6000', refused('a parameter is missing or wrong')],
  ['0x600d', refused('RSA keys have at least 2048 bits')],
  ['0x600e', refused('EC keys are on the curve P-256 alone')],
  ['0x6013', refused('DSA keys have 2048 and 256 bits alone')],
  ['0x8134', pending('the order waits: the CAA records of a domain do not allow this CA')],
  ['0x950b', refused('the state of the subject is not valid; it has to be spelled out')],
  ['0x950e', refused('the common name is not valid, or not below a domain of the account')],
  ['0x9511', refused('the certificate request cannot be read')],
  ['0xa001', refused('the key is of another type than that of the original certificate')],
  ['0xa00e', pending('the order waits: the account has no units left for this product')],
]);
