import { StoredOptions, type PluginHost } from '@sifaka/plugin-host';
import type { DestinationContext } from '@sifaka/plugin-sdk';

/** Files for destinations, made by export plugins with their secrets in place. */
export const exportWith =
  (formats: PluginHost<'export'>): DestinationContext['exportWith'] =>
  async (slug, pluginOptions, { certificateDer, chainDer, privateKeyPkcs8Der, commonName }) => {
    const { requiresKey } = formats.plugin(slug);
    const exporter = await formats.make(slug, StoredOptions.parse(pluginOptions));
    try {
      return await exporter.export({ certificateDer, chainDer, privateKeyPkcs8Der: requiresKey ? privateKeyPkcs8Der : null, csrDer: null, commonName });
    } finally {
      await exporter.close?.();
    }
  };
