import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

export function NotFoundPage() {
  return (
    <Page title="Nothing here">
      <Empty
        icon="search"
        title="There is no page at this address"
        actions={
          <Button component={Link} to="/certificates">
            To the certificates
          </Button>
        }
      >
        It may have moved, or the address has a typing error.
      </Empty>
    </Page>
  );
}
