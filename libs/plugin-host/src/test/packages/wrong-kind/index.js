import { definePlugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export default definePlugin({
  kind: 'destination',
  slug: 'wrong-kind',
  title: 'Example',
  description: 'An example',
  version: '1.0.0',
  options: z.object({}),
  create: () => ({}),
});
