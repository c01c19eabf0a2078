/** Whether a metric is better when it is more or less: one rule for every page. */

export type Better = 'more' | 'less';

const LESS = new Set(
  [
    'loss losses logloss nll perplexity ppl crossentropy hinge deviance brier',
    'error errors err wer cer mer eer fid mse rmse mae mape smape rmsle msle medae msd rss sse',
    'merror mlogloss aic bic distance divergence kl latency time duration seconds secs ms sec',
    'elapsed cost regret residual fpr fnr fdr overfit gap'
  ]
    .join(' ')
    .split(' ')
);
/** Ends of one word: "valloss", "crossentropyloss", "squarederror". */
const ENDS = /(loss|error|rmse|mse|mae)$/u;
/** What is better when it is more though its last word says otherwise: scikit-learn's. */
const NEGATED = /^(neg|negative|minus)$/u;

/** What the names of metrics mostly mean; a person may say otherwise, see `betterOf`. */
export function usuallyBetter(key: string): Better {
  const name = key.startsWith('metrics.') ? key.slice('metrics.'.length) : key;
  const words = name
    .replace(/([a-z\d])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/u)
    .filter(Boolean);
  const less = words.some(word => LESS.has(word) || ENDS.test(word));
  return less && !words.some(word => NEGATED.test(word)) ? 'less' : 'more';
}

/** @param said - what a person said, by the column's key */
export function betterOf(key: string, said: Readonly<Record<string, Better>>): Better {
  return (Object.hasOwn(said, key) ? said[key] : undefined) ?? usuallyBetter(key);
}
