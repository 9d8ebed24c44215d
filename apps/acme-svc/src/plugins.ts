import powerdns from '@sifaka/plugin-dns-powerdns';
import rfc2136 from '@sifaka/plugin-dns-rfc2136';
import cloudflare from '@sifaka/plugin-dns-cloudflare';
import nsone from '@sifaka/plugin-dns-nsone';
import acmedns from '@sifaka/plugin-dns-acmedns';
import azure from '@sifaka/plugin-dns-azure';
import google from '@sifaka/plugin-dns-google';
import route53 from '@sifaka/plugin-dns-route53';
import ultradns from '@sifaka/plugin-dns-ultradns';
import dyn from '@sifaka/plugin-dns-dyn';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Every DNS provider plugin that this service hosts. A plugin that is not here does not exist. */
export const acmePlugins: readonly Plugin<'dns'>[] = [acmedns, azure, cloudflare, dyn, google, nsone, powerdns, rfc2136, route53, ultradns];
