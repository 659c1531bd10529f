import { UserError } from '../errors.ts';
import { type OnTaskStep, TASK_STEPS, type TaskStep } from '../runtime/ports.ts';

const SIGNALS = { kill: 'SIGKILL', stop: 'SIGSTOP' } as const;

/**
 * What ARBITREX_FAULT asks for, `kill@STEP:N` or `stop@STEP:N`: the process gets SIGKILL or SIGSTOP when any of its tasks comes to the step,
 * counted over all tasks, for the N-th time. Only the fault suite sets it. Throws UserError where the text is not understood.
 */
export function injectFault(text: string): OnTaskStep {
  const match = /^(kill|stop)@([a-z-]+):([1-9]\d*)$/.exec(text);
  const wanted = TASK_STEPS.find((step) => step === match?.[2]);
  if (match === null || wanted === undefined) {
    throw new UserError(`ARBITREX_FAULT: '${text}' is not kill@STEP:N or stop@STEP:N`, { hint: `STEP is one of ${TASK_STEPS.join(', ')}` });
  }
  const signal = SIGNALS[match[1] as keyof typeof SIGNALS];
  let left = Number(match[3]);
  return (step: TaskStep) => {
    if (step === wanted && --left === 0) process.kill(process.pid, signal);
  };
}
