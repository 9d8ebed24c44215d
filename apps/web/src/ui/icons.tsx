/** Line icons, 24 units square. All are ornaments beside words: hidden from screen readers. */
const paths = {
  certificate: 'M5 4h14v10H5zM8 8h8M8 11h4M12 14v6l2.500-1.500L17 20v-6',
  authority: 'M12 3 20 6v6c0 4.500-3.300 7.600-8 9-4.700-1.400-8-4.500-8-9V6zM8.800 12l2.300 2.300L15.400 10',
  domain:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c2.700 2.500 4 5.500 4 9s-1.300 6.500-4 9c-2.700-2.500-4-5.500-4-9s1.300-6.500 4-9z',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c.8-3.700 3.800-5.500 8-5.500s7.200 1.800 8 5.500',
  role: 'M9 5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM2.500 19c.6-3 3-4.500 6.500-4.500s5.900 1.500 6.500 4.500M16 5.500a3.200 3.200 0 0 1 0 6.200M18 14.800c2 .6 3.200 2 3.600 4.200',
  key: 'M8 9.500a4.500 4.500 0 1 0 0 5M8 9.500c1 1.500 1 3.500 0 5M8.900 12H21v3.500M17 12v3',
  audit: 'M6 3h12v18H6zM9 8h6M9 12h6M9 16h3',
  platform: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01',
  destination: 'M12 3v10M8 9.500l4 4 4-4M5 15v5h14v-5',
  source: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM10.500 7.500v6M7.500 10.500h6M15.300 15.300 20.500 20.500',
  endpoint: 'M4 5h16v6H4zM7.500 8h.01M12 11v4M12 15a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM4 17.500h5.500M14.500 17.500H20',
  rotation: 'M4 11a8 8 0 0 1 13.500-4.500L20 9M20 4.500V9h-4.500M20 13a8 8 0 0 1-13.500 4.500L4 15M4 19.500V15h4.500',
  deployment: 'M4 17l8 4 8-4M4 12l8 4 8-4M12 3 4 7l8 4 8-4z',
  notification: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15zM10 20.500h4',
  delivery: 'M3.500 6h17v12h-17zM3.500 7l8.500 6.500L20.500 7',
  task: 'M4 6.500l1.500 1.500L8.500 5M4 12.500l1.500 1.500 3-3M4 18.500l1.500 1.500 3-3M12 6.500h8M12 12.500h8M12 18.500h8',
  play: 'M8 5v14l11-7z',
  plus: 'M12 5v14M5 12h14',
  upload: 'M12 16V4M7 9l5-5 5 5M4 20h16',
  download: 'M12 4v12M7 11l5 5 5-5M4 20h16',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.300 15.300 20.500 20.500',
  eye: 'M2.500 12C4.700 7.800 8 5.700 12 5.700s7.300 2.100 9.500 6.300c-2.200 4.200-5.500 6.300-9.500 6.300S4.700 16.200 2.500 12zM12 9.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600z',
  edit: 'M4 20h4L19.500 8.500l-4-4L4 16zM13 7l4 4',
  ban: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.700 5.700l12.600 12.600',
  logout: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300 19 19M5 19l1.700-1.700M17.300 6.700 19 5',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13',
  up: 'M7 14l5-5 5 5',
  down: 'M7 10l5 5 5-5',
  warning: 'M12 4 21.500 20h-19zM12 10v4.500M12 17.300v.1',
  pending: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.500 2',
  dns: 'M4 5h16v5H4zM4 14h16v5H4zM7.500 7.500h.01M7.500 16.500h.01M12 10v4',
  account: 'M4 5h16v14H4zM9 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM6 16.500c.400-1.500 1.500-2 3-2s2.600.500 3 2M14.500 10h3M14.500 13.500h3',
  refresh: 'M20 12a8 8 0 1 1-2.300-5.700M20 4v4.500h-4.500',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flexShrink: 0 }}
    >
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark({ size }: { size: number }) {
  return <img src="/sifaka.svg" width={size} height={size} alt="" />;
}
