import { describe, expect, it } from 'vitest';
import { planKey } from './plan-key.ts';

const press = (key: string, held = {}) =>
  planKey({ key, altKey: false, ctrlKey: false, metaKey: false, inPlayer: true, ...held });

describe('a key', () => {
  it.each([
    [' ', { kind: 'toggle' }],
    ['K', { kind: 'toggle' }],
    ['ArrowLeft', { kind: 'skip', seconds: -5 }],
    ['ArrowRight', { kind: 'skip', seconds: 5 }],
    ['j', { kind: 'skip', seconds: -10 }],
    ['l', { kind: 'skip', seconds: 10 }],
    [',', { kind: 'step', frames: -1 }],
    ['.', { kind: 'step', frames: 1 }],
    ['>', { kind: 'rate', direction: 1 }],
    ['7', { kind: 'jump', share: 0.7 }],
    ['End', { kind: 'jump', share: 1 }],
  ])('%j is %j', (key, command) => {
    expect(press(key)).toEqual(command);
  });

  it.each(['x', 'Tab', 'Enter', 'ArrowUp', 'F5', '12'])('%j is not the player’s', (key) => {
    expect(press(key)).toBeUndefined();
  });

  it.each(['k', 'J', '.', '<', '7'])('%j is nobody’s where the player has no focus', (key) => {
    expect(press(key, { inPlayer: false })).toBeUndefined();
  });

  it.each([' ', 'ArrowLeft', 'Home'])('%j works wherever the focus is', (key) => {
    expect(press(key, { inPlayer: false })).toEqual(press(key));
  });

  it('with Ctrl, Alt or Meta is the browser’s', () => {
    for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
      expect(press('l', held)).toBeUndefined();
    }
  });
});
