import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';

const xml = (body: string, status = 200): StandInAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0"?>\n${body}` });
const namespace = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';

export const route53Fault = (status: number, code: string, message: string): StandInAnswer =>
  xml(`<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`, status);

export const invalidChangeBatch = (message: string): StandInAnswer => route53Fault(400, 'InvalidChangeBatch', `[${message}]`);

/** One zone with one record set, for what moto never does. `answers` go out instead, one for each call of an action. */
export async function startRoute53() {
  const answers = new Map<string, StandInAnswer[]>();
  const actions: string[] = [];
  const state = { set: '' };

  function actionOf({ method, path, text }: SeenRequest): string {
    if (text.includes('Action=AssumeRole')) return 'AssumeRole';
    if (path.endsWith('/hostedzone')) return 'ListHostedZones';
    if (method === 'GET') return 'ListResourceRecordSets';
    return /<Action>(\w+)<\/Action>/.exec(text)?.[1] ?? '';
  }

  const standIn = await startStandIn((request) => {
    const action = actionOf(request);
    actions.push(action);
    const prepared = answers.get(action)?.shift();
    if (prepared !== undefined) return prepared;
    if (action === 'AssumeRole') {
      const credentials = '<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>y</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>';
      return xml(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`);
    }
    if (action === 'ListHostedZones') return xml(`<ListHostedZonesResponse ${namespace}><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>acme.test.</Name><CallerReference>1</CallerReference></HostedZone></HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>`);
    if (action === 'ListResourceRecordSets') return xml(`<ListResourceRecordSetsResponse ${namespace}><ResourceRecordSets>${state.set}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>`);
    state.set = action === 'DELETE' ? '' : (/<ResourceRecordSet>.*<\/ResourceRecordSet>/s.exec(request.text)?.[0] ?? '');
    return xml(`<ChangeResourceRecordSetsResponse ${namespace}><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-11-21T10:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`);
  });
  return { ...standIn, answers, actions, state };
}
