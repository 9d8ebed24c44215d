import { OptionedCreatePage } from '../ui/optioned-create-page.js';
import { notificationKind } from './notification-kind.js';

export const NotificationCreatePage = () => <OptionedCreatePage kind={notificationKind} lead="A test message shows whether it arrives. Certificates are hung on it afterwards." />;
