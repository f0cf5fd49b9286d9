/** Which club an administrator's page is about: named in the address, or else the first. */
import type { Club } from '@padelvar/shared/portal-api';
import { createContext } from 'svelte';
import type { Api } from './api.ts';
import { readAll } from './read-all.ts';

export class ClubChoice {
  clubs = $state.raw<Club[]>();
  error = $state.raw<unknown>();
  clubId = $state('');
  readonly club: Club | undefined = $derived.by(() =>
    this.clubs?.find((club) => club.clubId === this.clubId),
  );
  readonly #api: Pick<Api, 'clubs'>;

  constructor(api: Pick<Api, 'clubs'>, wanted: string | null) {
    this.#api = api;
    this.clubId = wanted ?? '';
  }

  /** Never throws. */
  async load(): Promise<void> {
    try {
      this.clubs = await readAll((page) => this.#api.clubs(page));
      if (this.club === undefined) this.clubId = this.clubs[0]?.clubId ?? '';
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }

  /** Takes a club over as the portal answered it. */
  replace(changed: Club): void {
    this.clubs = this.clubs?.map((club) => (club.clubId === changed.clubId ? changed : club));
  }
}

/** The pages of a club and the band above them are about the same club. */
export const [getClubChoice, setClubChoice] = createContext<ClubChoice>();
