import { Group, Select, Stack, Text, type ComboboxItem, type OptionsFilter } from '@mantine/core';
import type { ListedPluginView } from '@sifaka/contracts';
import { isAcmeIssuer } from '../ui/acme.js';
import { Icon } from '../ui/icons.js';

interface IssuerSelectProps {
  issuers: readonly ListedPluginView[];
  value?: string | null;
  error?: React.ReactNode;
  onChange?: (slug: string | null) => void;
}

/** Every issuer there is, found by any word of its title or description. One that cannot be used says why. */
export function IssuerSelect({ issuers, value = null, ...input }: IssuerSelectProps) {
  const chosen = issuers.find(({ slug }) => slug === value);
  const wordsOf = (slug: string) => {
    const issuer = issuers.find((each) => each.slug === slug);
    return issuer === undefined ? slug : `${issuer.title} ${slug} ${issuer.description}`.toLowerCase();
  };
  const filter: OptionsFilter = ({ options, search }) =>
    options.filter((option) => 'value' in option && search.toLowerCase().split(/\s+/).every((word) => wordsOf(option.value).includes(word)));
  return (
    <Select
      label="Issuer"
      description={chosen?.description ?? 'Where certificates of this authority come from'}
      data={issuers.map(({ slug, title, isEnabled }) => ({ value: slug, label: title, disabled: isEnabled === false }))}
      renderOption={({ option, checked }) => <Choice option={option} isChosen={checked === true} issuer={issuers.find(({ slug }) => slug === option.value)} />}
      filter={filter}
      nothingFoundMessage="No issuer has these words"
      maxDropdownHeight={360}
      searchable
      required
      allowDeselect={false}
      value={value}
      {...input}
    />
  );
}

function Choice({ option, isChosen, issuer }: { option: ComboboxItem; isChosen: boolean; issuer: ListedPluginView | undefined }) {
  return (
    <Group wrap="nowrap" gap="xs" align="flex-start" w="100%">
      <Stack gap={0} flex={1}>
        <Text size="sm" fw={500}>
          {option.label}
        </Text>
        <Text size="xs" c="dimmed">
          {issuer?.isEnabled === false ? `Cannot be used: ${issuer.disabledReason ?? 'it could not be started'}` : issuer?.description}
        </Text>
      </Stack>
      {isChosen && <Icon name="check" size={16} />}
    </Group>
  );
}

/** The built-in issuer where it is there: it asks for nothing. */
export function firstChoice(issuers: readonly ListedPluginView[]): string | null {
  const usable = issuers.filter(({ isEnabled }) => isEnabled !== false);
  return (usable.find(({ slug }) => slug === 'cryptography-issuer') ?? usable[0])?.slug ?? null;
}

/** Issuers that make the key of an authority here; the others stand for a CA that has its own. */
export const keepsKeyHere = (slug: string | null): boolean => slug === 'cryptography-issuer' || slug === 'openssh-issuer';

/** What a person should know before an authority of this issuer is created. */
export function issuerNote(slug: string | null): string | null {
  if (slug === null || keepsKeyHere(slug)) return null;
  if (slug === 'csr-issuer') return 'Requests wait until somebody has them signed and brings the certificate.';
  if (isAcmeIssuer(slug)) return 'Saving opens an account at the CA, and agrees to its terms. Certificates follow once their names are proved.';
  return 'Saving tries the connection first: what the other side does not take is shown here.';
}
