import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  ScrollArea,
  Text,
  Title,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
  Avatar,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { logoutOperation } from '@sifaka/contracts';
import { NavLink as RouterLink, Outlet, useLocation } from 'react-router';
import { api, queryClient } from '../session/api.js';
import { useMe } from '../session/me.js';
import { endSession } from '../session/session.js';
import { Icon, Mark, type IconName } from '../ui/icons.js';

interface Entry {
  to: string;
  title: string;
  icon: IconName;
  isForAdmins?: boolean;
}

const inventory: Entry[] = [
  { to: '/certificates', title: 'Certificates', icon: 'certificate' },
  { to: '/pending-certificates', title: 'Pending certificates', icon: 'pending' },
  { to: '/authorities', title: 'Authorities', icon: 'authority' },
  { to: '/domains', title: 'Domains', icon: 'domain' },
];

const delivery: Entry[] = [
  { to: '/endpoints', title: 'Endpoints', icon: 'endpoint' },
  { to: '/destinations', title: 'Destinations', icon: 'destination' },
  { to: '/deployments', title: 'Deployments', icon: 'deployment' },
  { to: '/rotations', title: 'Rotations', icon: 'rotation' },
  { to: '/sources', title: 'Sources', icon: 'source' },
];

const messages: Entry[] = [
  { to: '/notifications', title: 'Notifications', icon: 'notification' },
  { to: '/deliveries', title: 'Deliveries', icon: 'delivery' },
];

const administration: Entry[] = [
  { to: '/users', title: 'Users', icon: 'user' },
  { to: '/roles', title: 'Roles', icon: 'role' },
  { to: '/api-keys', title: 'API keys', icon: 'key' },
  { to: '/dns-providers', title: 'DNS providers', icon: 'dns' },
  { to: '/acme-accounts', title: 'ACME accounts', icon: 'account', isForAdmins: true },
  { to: '/audit', title: 'Audit', icon: 'audit', isForAdmins: true },
  { to: '/platform', title: 'Platform', icon: 'platform' },
];

export function Frame() {
  const [isOpen, { toggle, close }] = useDisclosure();
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding="lg">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={isOpen ? 'Close the menu' : 'Open the menu'} />
            <Mark size={28} />
            <Text fw={700} size="lg">
              Sifaka
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorScheme />
            <Person />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Pages" onClick={close}>
        <AppShell.Section grow component={ScrollArea}>
          <Links title="Inventory" entries={inventory} />
          <Links title="In use" entries={delivery} />
          <Links title="Messages" entries={messages} />
          <Links title="Administration" entries={administration} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Links({ title, entries }: { title: string; entries: readonly Entry[] }) {
  const { isAdmin } = useMe();
  const { pathname } = useLocation();
  return (
    <>
      <Title order={2} size="xs" tt="uppercase" c="dimmed" px="sm" pt="md" pb={4}>
        {title}
      </Title>
      {entries
        .filter(({ isForAdmins }) => isForAdmins !== true || isAdmin)
        .map(({ to, title: label, icon }) => (
          <NavLink
            key={to}
            component={RouterLink}
            to={to}
            label={label}
            leftSection={<Icon name={icon} />}
            active={pathname.startsWith(to)}
            style={{ borderRadius: 'var(--mantine-radius-md)' }}
          />
        ))}
    </>
  );
}

function ColorScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const label = isDark ? 'Light colours' : 'Dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
        <Icon name={isDark ? 'sun' : 'moon'} />
      </ActionIcon>
    </Tooltip>
  );
}

function Person() {
  const { user } = useMe();
  const name = user?.username ?? '';
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${name}`} p={4}>
          <Group gap="xs" wrap="nowrap">
            <Avatar size={32} color="canopy" name={name} alt="" />
            <Text size="sm" fw={500} visibleFrom="xs">
              {name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user?.email}</Menu.Label>
        <Menu.Label>{user?.roles.map(({ name: role }) => role).join(', ')}</Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="logout" />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The token is given back first: should that fail, this tab forgets it all the same. */
async function logOut(): Promise<void> {
  await api.call(logoutOperation).catch(() => undefined);
  endSession(false);
  queryClient.clear();
}
