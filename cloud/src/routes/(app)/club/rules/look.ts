/** A club's look while it is changed. */
import type { ClubLogo, LogoGround } from '@padelvar/shared/logo';
import type { Club } from '@padelvar/shared/portal-api';
import type { Api } from '#lib/client/api.ts';

export interface Look {
  /** `#rrggbb`; null: the portal's own. */
  color: string | null;
  /** As it is shown; of a new one, the picture itself. */
  logo: ClubLogo | null;
  /** A new logo, to be sent. */
  file: Blob | undefined;
}

export function lookOf({ brandColor, logo }: Pick<Club, 'brandColor' | 'logo'>): Look {
  return { color: brandColor, logo, file: undefined };
}

/** The picture goes first, then the rest with the club's rules: what is refused is the picture. */
export async function sendLogo(
  api: Pick<Api, 'setLogo' | 'removeLogo'>,
  club: Pick<Club, 'clubId' | 'logo'>,
  look: Look,
): Promise<void> {
  if (look.file !== undefined) await api.setLogo(club.clubId, look.file);
  else if (look.logo === null && club.logo !== null) await api.removeLogo(club.clubId);
}

export function planLook({ color, logo }: Look): { brandColor: string | null; logoGround?: LogoGround } {
  return { brandColor: color, ...(logo === null ? {} : { logoGround: logo.ground }) };
}
