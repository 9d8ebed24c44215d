/** A mail that arrived, or still may. */
export interface Mail {
  deliveryId: number;
  certificateIds: readonly number[];
  recipients: readonly string[];
}

/** Who was told of which certificates by mail, so that nobody reads the same twice. */
export class ToldByMail {
  /** By address in lower case, by certificate: the mail that told it first. */
  private readonly known = new Map<string, Map<number, number>>();

  /** @param mails at one interval, oldest first */
  constructor(mails: readonly Mail[]) {
    for (const { deliveryId, certificateIds, recipients } of mails) {
      for (const recipient of recipients) {
        const told = this.of(recipient);
        for (const id of certificateIds) if (!told.has(id)) told.set(id, deliveryId);
        this.known.set(recipient.toLowerCase(), told);
      }
    }
  }

  /** Those of the recipients to whom at least one of the certificates is news. */
  unaware(recipients: readonly string[], certificateIds: readonly number[]): string[] {
    return recipients.filter((recipient) => certificateIds.some((id) => !this.of(recipient).has(id)));
  }

  /** By mail, the certificates that a recipient heard of with it. */
  mailsTo(recipient: string, certificateIds: readonly number[]): ReadonlyMap<number, number[]> {
    const mails = new Map<number, number[]>();
    for (const id of certificateIds) {
      const deliveryId = this.of(recipient).get(id);
      if (deliveryId !== undefined) mails.set(deliveryId, [...(mails.get(deliveryId) ?? []), id]);
    }
    return mails;
  }

  private of(recipient: string): Map<number, number> {
    return this.known.get(recipient.toLowerCase()) ?? new Map<number, number>();
  }
}
