export { checkExpression, EMOTIONS, type Emotion, type Expression, type TimedText } from './expression.js';
