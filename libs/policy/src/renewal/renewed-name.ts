/**
 * Name of the next certificate of a series: `shop`, `shop-2`, `shop-3`.
 *
 * @param series as the first one was called by its applicant
 * @param name of the certificate that is renewed
 * @param maxChars of a name
 */
export function nextInSeries(series: string, name: string, maxChars: number): string {
  const start = `${series}-`;
  const digits = name.startsWith(start) ? name.slice(start.length) : '';
  // Numbers of eight digits would be read as dates, and a longer one is a serial.
  const number = /^[0-9]{1,7}$/.test(digits) ? Number(digits) + 1 : 2;
  const suffix = `-${number}`;
  return `${series.slice(0, maxChars - suffix.length)}${suffix}`;
}

/** RI-8: says of which certificate it is the successor; scripts look for these words. A former number gives way to the new one. */
export function renewedDescription(description: string | null, renewedId: number, maxChars: number): string {
  const rest = (description ?? '').replace(/^Reissued by \w+ for cert ID [0-9]+(, )?/, '');
  const words = `Reissued by Lemur for cert ID ${renewedId}`;
  return (rest === '' ? words : `${words}, ${rest}`).slice(0, maxChars);
}
