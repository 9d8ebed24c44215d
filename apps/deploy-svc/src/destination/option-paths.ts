/** Where the options of a destination stand in a request, and those of the export plugin among them. */
export const optionsPath = 'plugin.pluginOptions';
export const exportOptionsPath = `${optionsPath}.exportPlugin.pluginOptions`;
