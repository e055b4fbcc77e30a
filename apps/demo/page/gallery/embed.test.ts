import { describe, expect, it } from 'vitest';
import { embedCode, embedNote } from './embed.js';

describe('the code to embed an avatar', () => {
  it('names the avatar twice: where it is loaded and where it is connected', () => {
    const code = embedCode({ id: 'leo' });
    expect(code).toContain("load('leo')");
    expect(code).toContain("avatarId: 'leo'");
    expect(code).not.toContain('ava\'');
  });

  it('says how a file of one\'s own becomes a package, with a name that a shell takes as it is', () => {
    expect(embedNote({ id: 'leo' })).toContain('avatars/leo');
    expect(embedNote({ id: 'mine', ownFile: 'head.glb' })).toMatch(/pack head\.glb --id mine --license \S+ --out avatars\/mine$/);
    expect(embedNote({ id: 'mine', ownFile: 'avatar.json', isPacked: true })).toMatch(/^The folder avatars\/mine has to be served/);
    expect(embedNote({ id: 'mine', ownFile: "Ann's head.vrm" })).toContain(`pack 'Ann'\\''s head.vrm' --id mine`);
  });
});
