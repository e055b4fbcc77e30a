import fc from 'fast-check';
import { ManualClock } from '@visavis/server-sdk/test';
import { describe, expect, it } from 'vitest';
import { Floor, FLOOR_RULES, type FloorRules } from './floor.js';
import { wishOf } from './phrases.js';

interface Stand {
  readonly clock: ManualClock;
  readonly floor: Floor;
  /** What it decided, with the time since the beginning. */
  readonly log: (readonly [string, number])[];
  readonly said: string[];
}

function stand(rules: Partial<FloorRules> = {}): Stand {
  const clock = new ManualClock(0);
  const log: [string, number][] = [];
  const said: string[] = [];
  const note = (what: string) => (): void => void log.push([what, clock.nowMs()]);
  const floor: Floor = new Floor(clock, { ...FLOOR_RULES, ...rules }, {
    hold: note('hold'), resume: note('resume'), nothingSaid: note('nothing'),
    // As a conversation does: what it cuts is over.
    yield: () => { note('yield')(); floor.avatarIs('silent'); },
    turnEnded: ({ text }) => { said.push(text); note('turn')(); },
  });
  return { clock, floor, log, said };
}

/** The voice sounds for so long. */
function sound(clock: ManualClock, floor: Floor, ms: number): void {
  for (const untilMs = clock.nowMs() + ms; clock.nowMs() < untilMs;) {
    clock.advance(10);
    floor.voiceGoesOn(0);
  }
}

describe('the floor', () => {
  it('is the user\'s as soon as there are words, and the turn ends 300 ms after a question', () => {
    const { clock, floor, log, said } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    clock.advance(300);
    floor.partial('What about the');
    clock.advance(700);
    floor.final('What about the price?');
    floor.voiceEnded(200);
    clock.advance(5_000);
    expect(log).toEqual([['hold', 0], ['yield', 300], ['turn', 1_100]]);
    expect(said).toEqual(['What about the price?']);
  });

  it('comes back to the avatar when the sound was one of listening: at its end, or when the doubt has lasted long enough', () => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    clock.advance(250);
    floor.partial('Uh-huh.');
    clock.advance(100);
    floor.voiceEnded(200);
    clock.advance(3_000);
    floor.voiceStarted();
    floor.partial('Mm-hmm');
    clock.advance(2_000);
    expect(log).toEqual([['hold', 0], ['resume', 350], ['nothing', 2_850], ['hold', 3_350], ['resume', 3_930]]);
  });

  it('waits longer in the middle of a sentence, and joins what comes in two pieces', () => {
    const { clock, floor, log, said } = stand();
    floor.voiceStarted();
    floor.final('I would like to');
    floor.voiceEnded(0);
    clock.advance(1_399);
    expect(log).toEqual([]);
    floor.voiceStarted();
    floor.final('order a pizza!');
    floor.voiceEnded(0);
    clock.advance(300);
    expect(said).toEqual(['I would like to order a pizza!']);
  });

  it('waits for the final transcript no longer than its rule says', () => {
    const { clock, floor, said } = stand();
    floor.voiceStarted();
    floor.partial('Hello there!');
    floor.voiceEnded(0);
    clock.advance(2_299);
    expect(said).toEqual([]);
    clock.advance(1);
    expect(said).toEqual(['Hello there!']);
    // It comes at last: that turn is over, and the next has one of its own.
    floor.avatarIs('speaking');
    floor.final('Hello, Claire.');
    clock.advance(3_000);
    floor.voiceStarted();
    floor.final('Stop.');
    floor.voiceEnded(0);
    clock.advance(3_000);
    expect(said).toEqual(['Hello there!', 'Stop.']);
  });

  it('waits for nothing once the recogniser says that the words were none', () => {
    const { clock, floor, log } = stand();
    floor.voiceStarted();
    floor.partial('You');
    floor.voiceEnded(0);
    clock.advance(1_000);
    floor.partial('');
    clock.advance(0);
    expect(log).toEqual([['nothing', 1_000]]);
    expect(floor.isUserTurn).toBe(false);
  });

  it('yields to a voice that sounds still when the doubt has lasted long enough, told of its words or not', () => {
    for (const text of ['', 'Why', 'He was not']) {
      const { clock, floor, log } = stand();
      floor.avatarIs('speaking');
      floor.voiceStarted();
      floor.partial(text);
      sound(clock, floor, 1_000);
      expect(log).toEqual([['hold', 0], ['yield', 580]]);
    }
  });

  it('goes on where the words are others each time or doubtful, and yields when the voice has lasted', () => {
    for (const [first, second, decision, confidence] of [
      ["That's how", "That's high", 'resume', 0.7], ['Right', 'Rider', 'resume', 0.7], ["That's how it is", "That's how", 'resume', 0.2], ['Thou care', "That's how it", 'resume', 0.2], ['O wow', 'O wow', 'resume', 0.2],
      ['He', 'He was', 'yield', 0.8], ['He might', 'It might even', 'yield', 0.8], ['Okay', 'Okay, but', 'yield', 0.8], ['In my', 'He might', 'yield', 0.95], ['In my', 'He might', 'resume', 0.8], ['In my', 'It might even be', 'yield', 0.5], ['And Mr. St.', 'And Mr.', 'yield', 0.8], ['And what about it', 'And what are the', 'yield', 0.8],
    ] as const) {
      const { clock, floor, log } = stand();
      floor.avatarIs('speaking');
      floor.voiceStarted();
      sound(clock, floor, 350);
      floor.partial(first, 0.5);
      sound(clock, floor, 160);
      floor.partial(second, confidence);
      sound(clock, floor, 300);
      expect([second, ...log.slice(0, 2)]).toEqual([second, ['hold', 0], [decision, 580]]);
      if (second === "That's high") expect(log[2]).toEqual(['yield', 750]);
    }
  });

  it('takes no sound for a call that its recogniser doubts, and a call that it is sure of at once', () => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    sound(clock, floor, 300);
    floor.partial('No way', 0.06);
    expect(log).toEqual([['hold', 0]]);
    floor.partial('No way', 0.9);
    expect(log).toEqual([['hold', 0], ['yield', 300]]);
  });

  it('lets a voice go on that only listens, long as it may be, and yields when it turns out to say more', () => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    floor.partial('Yeah');
    sound(clock, floor, 900);
    floor.partial('Yeah, but how');
    expect(log).toEqual([['hold', 0], ['resume', 580], ['yield', 900]]);
  });

  it.each(['Why', "That's how", 'Thou care, thou care'])('is not fooled by what is heard in the beginning of a short sound: %j', (text) => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    sound(clock, floor, 300);
    floor.partial(text);
    sound(clock, floor, 200);
    clock.advance(40);
    floor.voiceGoesOn(40);
    clock.advance(180);
    floor.voiceEnded(220);
    clock.advance(200);
    floor.final("That's high.");
    clock.advance(3_000);
    expect(log).toEqual([['hold', 0], ['resume', 580], ['nothing', 1_200]]);
  });

  it('goes on at once where a short sound has ended and its words are no call', () => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    sound(clock, floor, 200);
    clock.advance(220);
    floor.voiceEnded(220);
    clock.advance(10);
    floor.final('Rider.');
    expect(log).toEqual([['hold', 0], ['resume', 430]]);
  });

  it('takes words of a voice that lasted, not of one that was short', () => {
    for (const [lastsMs, expected] of [[700, 'resume'], [800, 'yield']] as const) {
      const { clock, floor, log } = stand({ judgeMs: 1_500 });
      floor.avatarIs('speaking');
      floor.voiceStarted();
      sound(clock, floor, lastsMs);
      clock.advance(220);
      floor.voiceEnded(220);
      floor.final('Tell me more.');
      clock.advance(3_000);
      expect(log.slice(0, 2)).toEqual([['hold', 0], [expected, lastsMs + 220]]);
      expect(log.at(-1)![0]).toBe(expected === 'yield' ? 'turn' : 'nothing');
    }
  });

  it('yields to a short call, when its words come after the avatar went on too', () => {
    const { clock, floor, log, said } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    sound(clock, floor, 200);
    clock.advance(220);
    floor.voiceEnded(220);
    clock.advance(200);
    floor.final('Stop.');
    clock.advance(1_000);
    expect(log.slice(0, 3)).toEqual([['hold', 0], ['resume', 580], ['yield', 620]]);
    expect(said).toEqual(['Stop.']);
  });

  it('is the user\'s for a few short words while the avatar only thinks, not for a sound of listening or one that is not understood yet', () => {
    for (const [partial, final, expected] of [['Blue', 'Blue ones.', [['yield', 520], ['turn', 1_000]]], ['Mm', 'Mm-hmm.', [['nothing', 1_000]]], ['That is', '', [['nothing', 1_000]]]] as const) {
      const { clock, floor, log, said } = stand();
      floor.avatarIs('thinking');
      floor.voiceStarted();
      sound(clock, floor, 300);
      floor.partial(partial);
      clock.advance(200);
      floor.voiceEnded(200);
      clock.advance(20);
      if (final === '') floor.partial('');
      else floor.final(final);
      clock.advance(3_000);
      expect(log).toEqual(expected);
      expect(said).toEqual(log.some(([what]) => what === 'turn') ? [final] : []);
    }
  });

  it('goes on after a cough', () => {
    const { clock, floor, log } = stand();
    floor.avatarIs('speaking');
    floor.voiceStarted();
    clock.advance(250);
    floor.voiceEnded(200);
    clock.advance(2_000);
    expect(log.slice(0, 2)).toEqual([['hold', 0], ['resume', 580]]);
  });

  it('takes "yes" for an answer while the avatar is silent', () => {
    const { clock, floor, said } = stand();
    floor.voiceStarted();
    floor.final('Yes.');
    floor.voiceEnded(200);
    clock.advance(1_000);
    expect(said).toEqual(['Yes.']);
  });

  it('keeps its promises whatever happens', () => {
    const text = fc.constantFrom('', 'uh-huh', 'Right.', 'you', 'Stop', 'What about it?', 'I would like to');
    const step = fc.oneof(
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 900 }) }),
      fc.record({ do: fc.constantFrom('start' as const, 'speak' as const, 'think' as const, 'rest' as const, 'clear' as const) }),
      fc.record({ do: fc.constant('end' as const), ms: fc.integer({ min: 0, max: 500 }) }),
      fc.record({ do: fc.constantFrom('partial' as const, 'final' as const), text }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, floor, log, said } = stand();
      let isVoiced = false;
      let [words, finals] = ['', ''];
      let held: number | undefined;
      let seen = 0;
      const check = (isEnding: boolean): void => {
        for (const [what, atMs] of log.slice(seen)) {
          if (what === 'hold') held = atMs;
          if (what === 'yield') expect(wishOf(words, true) !== 'none' || (isVoiced && words.trim() === '')).toBe(true);
          if (what === 'turn') expect(isVoiced).toBe(false);
          if (what === 'turn' || what === 'nothing') words = finals = '';
          if (what === 'resume' || what === 'yield') {
            if (held !== undefined) expect(atMs - held).toBeLessThanOrEqual(600);
            if (what === 'resume') expect(held).toBeDefined();
            held = undefined;
          }
        }
        seen = log.length;
        if (isEnding && held !== undefined) expect(clock.nowMs() - held).toBeLessThanOrEqual(600);
      };
      for (const one of steps) {
        if (one.do === 'wait') {
          clock.advance(one.ms);
          if (isVoiced) floor.voiceGoesOn(one.ms % 3 === 0 ? 0 : one.ms);
        }
        if (one.do === 'start') { isVoiced = true; floor.voiceStarted(); }
        if (one.do === 'end') { isVoiced = false; floor.voiceEnded(one.ms); }
        if (one.do === 'speak') floor.avatarIs('speaking');
        if (one.do === 'think') floor.avatarIs('thinking');
        // The avatar cannot have come to its end while it is hushed: it was cut.
        if (one.do === 'rest') { floor.avatarIs('silent'); held = undefined; }
        if (one.do === 'clear') { floor.clear(); words = finals = ''; held = undefined; }
        if (one.do === 'partial' || one.do === 'final') {
          // A partial transcript stands in the place of the one before.
          if (one.do === 'final') finals = `${finals} ${one.text}`;
          words = one.do === 'final' ? finals : `${finals} ${one.text}`;
          if (one.do === 'partial') floor.partial(one.text);
          else floor.final(one.text);
        }
        check(true);
      }
      expect(said.every((turn) => turn !== '')).toBe(true);
    }), { numRuns: 500 });
  });
});
