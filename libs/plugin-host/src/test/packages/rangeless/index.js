import { definePlugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export default definePlugin({
  kind: 'dns',
  slug: 'rangeless-provider',
  title: 'Example',
  description: 'An example',
  version: '1.0.0',
  options: z.object({}),
  create: () => ({}),
});
