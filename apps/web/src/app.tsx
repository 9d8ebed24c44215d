import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { AcmeAccountPage } from './acme/acme-account-page.js';
import { AuthorityCreatePage } from './authorities/authority-create-page.js';
import { AuthorityImportPage } from './authorities/authority-import-page.js';
import { AuthorityListPage } from './authorities/authority-list-page.js';
import { AuthorityPage } from './authorities/authority-page.js';
import { CertificateListPage } from './certificates/certificate-list-page.js';
import { CertificatePage } from './certificates/certificate-page.js';
import { CertificateRequestPage } from './certificates/certificate-request-page.js';
import { CertificateUploadPage } from './certificates/certificate-upload-page.js';
import { DeploymentListPage } from './deployments/deployment-list-page.js';
import { DestinationCreatePage } from './destinations/destination-create-page.js';
import { DestinationListPage } from './destinations/destination-list-page.js';
import { DestinationPage } from './destinations/destination-page.js';
import { DnsProviderCreatePage } from './dns/dns-provider-create-page.js';
import { DnsProviderListPage } from './dns/dns-provider-list-page.js';
import { DnsProviderPage } from './dns/dns-provider-page.js';
import { EndpointCreatePage } from './endpoints/endpoint-create-page.js';
import { EndpointListPage } from './endpoints/endpoint-list-page.js';
import { EndpointPage } from './endpoints/endpoint-page.js';
import { DeliveryListPage } from './notifications/delivery-list-page.js';
import { MessagePreviewPage } from './notifications/message-preview-page.js';
import { NotificationCreatePage } from './notifications/notification-create-page.js';
import { NotificationListPage } from './notifications/notification-list-page.js';
import { NotificationPage } from './notifications/notification-page.js';
import { PendingListPage } from './pending/pending-list-page.js';
import { PendingPage } from './pending/pending-page.js';
import { ApiKeyPage } from './people/api-key-page.js';
import { RolePage } from './people/role-page.js';
import { UserPage } from './people/user-page.js';
import { AuditPage } from './platform/audit-page.js';
import { DomainPage } from './platform/domain-page.js';
import { PlatformPage } from './platform/platform-page.js';
import { RotationPolicyPage } from './renewal/rotation-policy-page.js';
import { RotationListPage } from './rotations/rotation-list-page.js';
import { queryClient } from './session/api.js';
import { LoginPage } from './session/login-page.js';
import { useSession } from './session/session.js';
import { Frame } from './shell/frame.js';
import { NotFoundPage } from './shell/not-found-page.js';
import { SourceCreatePage } from './sources/source-create-page.js';
import { SourceListPage } from './sources/source-list-page.js';
import { SourcePage } from './sources/source-page.js';
import { TaskListPage } from './tasks/task-list-page.js';
import { theme } from './theme.js';

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Without a token every address shows the login; after it, the address is still the one that was wanted. */
function Pages() {
  const { token } = useSession();
  if (token === null) return <LoginPage />;
  return (
    <Routes>
      <Route element={<Frame />}>
        <Route index element={<Navigate to="/certificates" replace />} />
        <Route path="certificates" element={<CertificateListPage />} />
        <Route path="certificates/request" element={<CertificateRequestPage />} />
        <Route path="certificates/upload" element={<CertificateUploadPage />} />
        <Route path="certificates/:id" element={<CertificatePage />} />
        <Route path="pending-certificates" element={<PendingListPage />} />
        <Route path="pending-certificates/:id" element={<PendingPage />} />
        <Route path="authorities" element={<AuthorityListPage />} />
        <Route path="authorities/create" element={<AuthorityCreatePage />} />
        <Route path="authorities/import" element={<AuthorityImportPage />} />
        <Route path="authorities/:id" element={<AuthorityPage />} />
        <Route path="endpoints" element={<EndpointListPage />} />
        <Route path="endpoints/create" element={<EndpointCreatePage />} />
        <Route path="endpoints/:id" element={<EndpointPage />} />
        <Route path="destinations" element={<DestinationListPage />} />
        <Route path="destinations/create" element={<DestinationCreatePage />} />
        <Route path="destinations/:id" element={<DestinationPage />} />
        <Route path="deployments" element={<DeploymentListPage />} />
        <Route path="rotations" element={<RotationListPage />} />
        <Route path="sources" element={<SourceListPage />} />
        <Route path="sources/create" element={<SourceCreatePage />} />
        <Route path="sources/:id" element={<SourcePage />} />
        <Route path="notifications" element={<NotificationListPage />} />
        <Route path="notifications/create" element={<NotificationCreatePage />} />
        <Route path="notifications/preview" element={<MessagePreviewPage />} />
        <Route path="notifications/:id" element={<NotificationPage />} />
        <Route path="deliveries" element={<DeliveryListPage />} />
        <Route path="domains" element={<DomainPage />} />
        <Route path="users" element={<UserPage />} />
        <Route path="roles" element={<RolePage />} />
        <Route path="api-keys" element={<ApiKeyPage />} />
        <Route path="dns-providers" element={<DnsProviderListPage />} />
        <Route path="dns-providers/create" element={<DnsProviderCreatePage />} />
        <Route path="dns-providers/:id" element={<DnsProviderPage />} />
        <Route path="acme-accounts" element={<AcmeAccountPage />} />
        <Route path="audit" element={<AuditPage />} />
        <Route path="platform" element={<PlatformPage />} />
        <Route path="platform/tasks" element={<TaskListPage />} />
        <Route path="platform/rotation-policies" element={<RotationPolicyPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
