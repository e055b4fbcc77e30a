/** What is answered by rule, before any search: greetings, thanks, who are you, what can you do, the time. */

export interface Surroundings {
  now(): Date;
  /** A number in [0, 1): which of several wordings is taken. */
  random(): number;
}

interface Intent {
  readonly when: RegExp;
  readonly answers: readonly ((surroundings: Surroundings) => string)[];
}

/** A rule for a tool: where the agent offers it, it is called instead of any answer. */
interface ToolRule {
  readonly when: RegExp;
  readonly tool: string;
  /** The call's arguments, of what `when` found. */
  readonly args: (found: RegExpExecArray) => object;
}

/** What the brain calls for by itself. */
export interface ToolCall {
  readonly name: string;
  readonly args: object;
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const SPOKEN_NUMBER = String.raw`((?:(?:\d|${DIGITS.join('|')}|oh)[\s,-]*)+)`;

const TOOL_RULES: readonly ToolRule[] = [
  { when: new RegExp(String.raw`\border(?:s|ed)?\b\D{0,24}?\b${SPOKEN_NUMBER}`, 'i'), tool: 'look_up_order', args: ([, number = '']) => ({ number: inDigits(number) }) },
];

/** The tool that a text calls for, if it is one of those offered. */
export function toolFor(text: string, offered: readonly string[]): ToolCall | undefined {
  for (const { when, tool, args } of TOOL_RULES) {
    const found = offered.includes(tool) ? when.exec(text) : null;
    if (found) return { name: tool, args: args(found) };
  }
  return undefined;
}

/** "four two, 7" is 427. */
function inDigits(spoken: string): string {
  return (spoken.toLowerCase().match(new RegExp(String.raw`\d|${DIGITS.join('|')}|oh`, 'g')) ?? [])
    .map((word) => (/\d/.test(word) ? word : word === 'oh' ? '0' : String(DIGITS.indexOf(word)))).join('');
}

const say = (...texts: string[]): Intent['answers'] => texts.map((text) => () => text);

const INTENTS: readonly Intent[] = [
  { when: /^(hi|hello|hey|good (morning|afternoon|evening)|greetings)\b(?!.*\?)/i, answers: say('Hello! Ask me how Visavis works, or just talk to me.', 'Hi there. What would you like to know?') },
  { when: /\b(who|what) are you\b|\byour name\b/i, answers: say('I am the demo of Visavis. I look answers up in a folder of notes; I am not a large language model.') },
  { when: /\bare you (a|an) (ai|robot|bot|human|real|person|large language model|llm)|\bllm\b.*\byou\b/i, answers: say('I am software: a face, a voice, and a small search over notes. There is no large language model behind me, but you can put one there.') },
  { when: /\bwhat can (you|i) (do|ask)|\bhelp me\b|^help\b/i, answers: say('Ask me what Visavis is, how to bring your own avatar, which voices there are, or how interruption works. You can cut in at any time.') },
  { when: /\b(thanks|thank you)\b/i, answers: say('You are welcome.', 'With pleasure.') },
  { when: /\b(bye|goodbye|see you)\b/i, answers: say('Goodbye! It was nice to talk to you.') },
  { when: /\bhow are you\b/i, answers: say('I am well, thank you. How can I help?') },
  { when: /\bwhat('s| is)? (the )?time\b|\bwhat time is it\b/i, answers: [({ now }) => `It is ${clock(now())}.`] },
  { when: /\b(repeat|say) after me\b[:,]?\s*(.+)/i, answers: say('Type what I should say on the page, and I will say it.') },
];

/** The scripted answer, or undefined where no rule fits. */
export function scripted(text: string, surroundings: Surroundings): string | undefined {
  const intent = INTENTS.find(({ when }) => when.test(text.trim()));
  return intent?.answers[Math.floor(surroundings.random() * intent.answers.length)]?.(surroundings);
}

function clock(date: Date): string {
  return date.toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' });
}
