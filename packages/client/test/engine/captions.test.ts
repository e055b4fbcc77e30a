import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../stage.js';
import type {} from './page/page.js';

const stage = useBrowser();

const open = (reducedMotion: 'reduce' | 'no-preference'): Promise<Page> => stage.open('engine', { reducedMotion });

/** An utterance of three words over a transport without a network, with what stands on the page after each step. */
function followed(page: Page) {
  return page.evaluate(async () => {
    const { client, fakes } = engine;
    const [timer, output, transport] = [new fakes.ManualTimer(), new fakes.ManualOutput(), new fakes.MemoryTransport()];
    const controller = new client.AvatarController({ timer, output });
    const told: string[] = [];
    controller.onCaption = ({ activeIndex }) => told.push(String(activeIndex));
    const element = document.createElement('div');
    document.body.append(element);
    const stop = client.renderCaptions(controller, element);
    await controller.connect(transport);
    transport.receive('transcript', { role: 'user', text: 'Say <b>hi', final: false });
    transport.receive('transcript', { role: 'user', text: 'Say <b>hi</b>', final: true });
    const look = () => {
      const [line, live] = [...element.children] as [HTMLElement, HTMLElement];
      return {
        html: line.innerHTML.replace(/ style="[^"]*"/g, ''), hidden: line.getAttribute('aria-hidden'), role: line.dataset['role'], live: live.textContent,
        politeness: live.getAttribute('aria-live'), said: [...line.querySelectorAll('span')].filter(({ style }) => style.opacity === '1').length,
        moves: [...line.querySelectorAll('span')].some(({ style }) => style.transition !== ''), width: live.getBoundingClientRect().width,
      };
    };
    const seen = [look()];
    const words = ['Good', 'morning,', 'Ann.'].map((text, i) => ({ text, startMs: 100 + i * 200, endMs: 280 + i * 200 }));
    transport.receive('transcript', { role: 'avatar', reqId: 'r', text: 'Good morning, Ann.', words, final: true });
    transport.receive('audio', { epoch: 0, reqId: 'r', payload: { case: 'pcm', value: new Uint8Array(32_000) }, end: true });
    timer.advance(200);
    for (const ms of [50, 100, 200]) {
      output.stream.play(ms);
      seen.push(look());
    }
    stop();
    const left = element.childElementCount;
    output.stream.play(200);
    controller.dispose();
    return { seen, left, told };
  });
}

describe('captions on a page', () => {
  it('highlight the word being said, are read out once a text, and hold no markup of others', async () => {
    const { seen, left, told } = await followed(await open('no-preference'));
    expect(seen[0]).toMatchObject({ html: 'Say &lt;b&gt;hi&lt;/b&gt;', hidden: 'true', role: 'user', live: 'Say <b>hi</b>', politeness: 'polite' });
    expect(seen[0]!.width).toBeLessThan(2);
    expect(seen[1]).toMatchObject({ html: '<span>Good</span> <span>morning,</span> <span>Ann.</span>', role: 'avatar', said: 0, live: 'Good morning, Ann.', moves: true });
    expect(seen[2]).toMatchObject({ html: '<span data-active="">Good</span> <span>morning,</span> <span>Ann.</span>', said: 1 });
    expect(seen[3]).toMatchObject({ html: '<span>Good</span> <span data-active="">morning,</span> <span>Ann.</span>', said: 2, live: 'Good morning, Ann.' });
    expect(left, 'taken back').toBe(0);
    expect(told, 'whoever listened before still does').toEqual(['-1', '-1', '-1', '0', '1', '2']);
  });

  it('do not move where the user wants no motion', async () => {
    const { seen } = await followed(await open('reduce'));
    expect(seen[2]).toMatchObject({ moves: false, said: 1 });
  });
});
