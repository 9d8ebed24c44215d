import type { MotoCall } from '@sifaka/peers';

export interface StandInDistribution {
  id: string;
  dnsName: string;
  aliases?: string[];
  /** Inner XML of `ViewerCertificate`. */
  viewer: string;
  tags?: string[];
}

const namespace = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';
const xml = (body: string, headers: Record<string, string> = {}, status = 200) => ({ status, headers: { 'content-type': 'text/xml', ...headers }, body: `<?xml version="1.0"?>\n${body}` });
export const cloudFrontFault = (status: number, code: string, message: string) => xml(`<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`, {}, status);

/** The part of CloudFront's API 2020-05-31 that distributions need, as its reference has it: moto keeps no certificates and looks at no ETag. */
export function cloudFrontStandIn(distributions: StandInDistribution[]) {
  const etags = new Map(distributions.map(({ id }) => [id, 1]));
  const updates: { id: string; body: string }[] = [];
  const prepared: ReturnType<typeof xml>[] = [];
  const aliasesOf = ({ aliases = [] }: StandInDistribution) => `<Aliases><Quantity>${aliases.length}</Quantity><Items>${aliases.map((name) => `<CNAME>${name}</CNAME>`).join('')}</Items></Aliases>`;
  const config = (one: StandInDistribution) => `<CallerReference>ref</CallerReference>${aliasesOf(one)}<Comment>kept</Comment><Enabled>true</Enabled><ViewerCertificate>${one.viewer}</ViewerCertificate>`;

  function answer({ service, path, action, headers, body }: MotoCall): ReturnType<typeof xml> | null {
    if (service !== 'cloudfront') return null;
    const [pathname = '', search = ''] = path.split('?');
    const query = new URLSearchParams(search);
    if (pathname.endsWith('/tagging')) {
      const tags = distributions.find(({ id }) => query.get('Resource')?.endsWith(`/${id}`))?.tags ?? [];
      return xml(`<Tags ${namespace}><Items>${tags.map((key) => `<Tag><Key>${key}</Key><Value>x</Value></Tag>`).join('')}</Items></Tags>`);
    }
    if (pathname.endsWith('/distribution')) return list(Number(query.get('Marker') ?? 0));
    const id = /\/distribution\/([^/]+)\/config$/.exec(pathname)?.[1] ?? '';
    const one = distributions.find((each) => each.id === id);
    if (one === undefined) return cloudFrontFault(404, 'NoSuchDistribution', 'The specified distribution does not exist.');
    if (action.startsWith('GET')) return xml(`<DistributionConfig ${namespace}>${config(one)}</DistributionConfig>`, { etag: `E${etags.get(id)}` });
    return update(one, headers['if-match'], body);
  }

  /** A page of two. */
  function list(start: number) {
    const page = distributions.slice(start, start + 2);
    const isTruncated = start + 2 < distributions.length;
    const items = page.map((one) => `<DistributionSummary><Id>${one.id}</Id><ARN>arn:aws:cloudfront::123456789012:distribution/${one.id}</ARN><DomainName>${one.dnsName}</DomainName>${config(one)}</DistributionSummary>`);
    return xml(`<DistributionList ${namespace}><Marker>${start}</Marker>${isTruncated ? `<NextMarker>${start + 2}</NextMarker>` : ''}<MaxItems>2</MaxItems><IsTruncated>${isTruncated}</IsTruncated><Quantity>${page.length}</Quantity><Items>${items.join('')}</Items></DistributionList>`);
  }

  function update(one: StandInDistribution, ifMatch: string | string[] | undefined, body: string) {
    const fault = prepared.shift();
    if (fault !== undefined) {
      // Somebody else was quicker.
      etags.set(one.id, (etags.get(one.id) ?? 0) + 1);
      return fault;
    }
    if (ifMatch !== `E${etags.get(one.id)}`) return cloudFrontFault(412, 'PreconditionFailed', 'The precondition in one or more of the request fields evaluated to false.');
    one.viewer = /<ViewerCertificate>(.*)<\/ViewerCertificate>/s.exec(body)?.[1] ?? '';
    etags.set(one.id, (etags.get(one.id) ?? 0) + 1);
    updates.push({ id: one.id, body });
    return xml(`<Distribution ${namespace}><Id>${one.id}</Id><DistributionConfig>${config(one)}</DistributionConfig></Distribution>`, { etag: `E${etags.get(one.id)}` });
  }

  return { answer, updates, prepared };
}
