import fc from 'fast-check';

/**
 * A property may find a fault by any draw, and then says the seed. It must not fail by the clock: on a slow machine it
 * makes fewer draws, and after a fault it stops to shrink, before vitest would end it with neither example nor seed.
 */
fc.configureGlobal({ interruptAfterTimeLimit: 12_000 });
