import { Tabs } from '@mantine/core';
import { useLocation, useNavigate } from 'react-router';
import { useMe } from '../session/me.js';

const pages = [
  { to: '/platform', title: 'Overview', isForAdmins: false },
  { to: '/platform/tasks', title: 'Tasks', isForAdmins: true },
  { to: '/platform/rotation-policies', title: 'Rotation policies', isForAdmins: false },
];

/** The pages of the platform itself; each has its own address. */
export function PlatformTabs() {
  const { isAdmin } = useMe();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  return (
    <Tabs value={pathname} onChange={(to) => void navigate(to ?? '/platform')} activateTabWithKeyboard={false} aria-label="Platform">
      <Tabs.List>
        {pages
          .filter(({ isForAdmins }) => !isForAdmins || isAdmin)
          .map(({ to, title }) => (
            <Tabs.Tab key={to} value={to}>
              {title}
            </Tabs.Tab>
          ))}
      </Tabs.List>
    </Tabs>
  );
}
