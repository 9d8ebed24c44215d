import { AttemptRenewal } from './attempt-renewal.js';
import { AuthorityTranslation } from './authority-translation.js';
import { EndingCertificates } from './ending-certificates.js';
import { IssuerTimeline } from './issuer-timeline.js';
import { PlanRenewals } from './plan-renewals.js';
import { PlanSuccessor } from './plan-successor-of.js';
import { ReadRenewal } from './read-renewal.js';
import { ReissueCertificate } from './reissue-certificate.js';
import { ReissueTask } from './reissue-task.js';
import { RenewByHand } from './renew-by-hand.js';
import { RenewCertificate } from './renew-certificate.js';
import { RenewDue, RenewEveryMinute } from './renew-due.js';
import { RenewalFilter } from './renewal-filter.js';
import { RenewalPace } from './renewal-pace.js';
import { RenewalReader } from './renewal-reader.js';
import { RenewalStandings } from './renewal-standings.js';
import { EndingHandlers, RenewalHandlers } from './renewal.handlers.js';
import { RenewalRepository } from './renewal.repository.js';
import { RepeatedReissue } from './repeated-reissue.js';
import { RenewedCertificates } from './renewed-certificate.js';
import { SettleRenewals } from './settle-renewals.js';
import { Suggestions } from './suggestions.js';
import { WatchRenewals } from './watch-renewals.js';

/** Renewal of certificates before they end. */
export const renewalControllers = [EndingHandlers, RenewalHandlers];

const reading = [EndingCertificates, IssuerTimeline, ReadRenewal, RenewalFilter, RenewalReader, RenewalStandings];
const planning = [AuthorityTranslation, PlanRenewals, Suggestions];
const renewing = [AttemptRenewal, PlanSuccessor, ReissueCertificate, RenewByHand, RenewCertificate, RenewDue, RenewEveryMinute, RenewalPace, RenewalRepository, RenewedCertificates, ReissueTask, RepeatedReissue, SettleRenewals, WatchRenewals];

export const renewalProviders = [...reading, ...planning, ...renewing];
