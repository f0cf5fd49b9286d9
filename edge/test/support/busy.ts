/** What a machine adds whose cores are all busy with other tests, milliseconds. Figures are told as they were seen. */
export const BUSY_MS = 700;
