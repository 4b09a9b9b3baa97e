/**
 * `@countersign/demo`: everything that it takes to see the product work on a laptop, on loopback alone. The server
 * cannot import it; `countersign demo` does.
 */
export { findRunningDemo, type DemoAddresses } from './announcement.ts';
export { startDemo, type DemoOptions, type RunningDemo } from './demo.ts';
export { tour, type TourFailure } from './tour/tour.ts';
export { tryItYourself } from './tour/try-it.ts';
