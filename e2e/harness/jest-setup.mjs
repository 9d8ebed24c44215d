import { jest } from '@jest/globals';

// A platform starts in two seconds here, and in many more on a machine that does other things as well.
jest.setTimeout(120_000);
