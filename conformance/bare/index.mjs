/** The bare-WebSocket suite: every check, and how they are run. */
import handshake from './handshake.mjs';
import interrupts from './interrupts.mjs';
import limits from './limits.mjs';
import opus from './opus.mjs';
import requests from './requests.mjs';
import tokens from './tokens.mjs';
import upgrade from './upgrade.mjs';

const GROUPS = { tokens, upgrade, handshake, requests, interrupts, opus, limits };

/** Runs each check on the first of the targets that has what it needs; gives one result each, as it comes. */
export async function* runBare(targets, wanted) {
  for (const [group, checks] of Object.entries(GROUPS)) {
    for (const check of checks) {
      const name = `${group}: ${check.name}`;
      if (wanted(name)) yield { suite: 'bare', section: check.section, name, ...(await runOne(check, targets)) };
    }
  }
}

async function runOne({ needs, visavis, run }, targets) {
  const target = targets.find((one) => !one.lacks(needs));
  if (!target) return { status: 'skipped', reason: `needs ${targets[0].lacks(needs)}` };
  if (visavis && target.isPublic) return { status: 'skipped', reason: 'an addition of ours' };
  try {
    await run(target);
    return { status: 'passed' };
  } catch (error) {
    return { status: 'failed', reason: error.stack ?? String(error) };
  } finally {
    await target.hangUp();
  }
}
