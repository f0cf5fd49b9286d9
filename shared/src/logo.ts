/** A club's logo as the API tells of it. */
import { z } from 'zod';

/** What it stands on wherever it is shown: `dark` for a logo that is light itself. */
export const LogoGround = z.enum(['light', 'dark']);
export type LogoGround = z.infer<typeof LogoGround>;

export const ClubLogo = z.object({
  /** The same address always gives the same bytes: another logo has another one. */
  url: z.string(),
  ground: LogoGround,
  /** Pixels. */
  width: z.int(),
  height: z.int(),
});
export type ClubLogo = z.infer<typeof ClubLogo>;

/** SHA-256 of the bytes, the first half, hex. */
export const LogoRef = z.object({ version: z.string().regex(/^[0-9a-f]{32}$/) });
