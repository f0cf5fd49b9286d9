/** The ids that people choose for clubs and courts; pure. Source: `ClubId` and `CourtId` of the wire contract. */

export function isShortId(text: string): boolean {
  return /^[a-z0-9]{1,24}$/.test(text);
}
