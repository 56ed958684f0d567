const format = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
});

/** The time of day where the reader is, to the millisecond. */
export function timeOfDay(ms: number): string {
  return format.format(ms);
}
