/** Codes that people may have to read out or type: 5 bits a character, none of i, l, o or u. */
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 16 characters are 80 random bits. */
export function createCode(characters: number): string {
  return Array.from(randomBytes(characters), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
