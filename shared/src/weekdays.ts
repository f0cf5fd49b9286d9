/** Days of the week, in the order in which a week is read; apart from the schemas, which a phone need not load. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
