/** Which pages a person finds in the menu. */
import Activity from '@lucide/svelte/icons/activity';
import CircleUser from '@lucide/svelte/icons/circle-user';
import Building from '@lucide/svelte/icons/building';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import House from '@lucide/svelte/icons/house';
import Settings from '@lucide/svelte/icons/settings';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Users from '@lucide/svelte/icons/users';
import Video from '@lucide/svelte/icons/video';
import type { Me } from '@padelvar/shared/portal-api';
import type { Component } from 'svelte';
import { canReadAudit, canSeeClubs, canSeeDevices, canSeeUsers, isSuperAdmin } from '#lib/client/allowed.ts';
import { m } from '#lib/paraglide/messages.js';

export interface NavigationLink {
  href:
    | '/'
    | '/club'
    | '/devices'
    | '/admin/users'
    | '/admin/clubs'
    | '/admin/audit'
    | '/admin/system'
    | '/admin/settings'
    | '/account'
    | '/account/privacy';
  label: () => string;
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
}

export function planNavigation(me: Me): NavigationLink[] {
  return [
    { href: '/', label: m.nav_matches, icon: House },
    ...(canSeeClubs(me) ? [{ href: '/club', label: m.nav_club, icon: Video } as const] : []),
    ...(canSeeDevices(me) ? [{ href: '/devices', label: m.nav_devices, icon: HardDrive } as const] : []),
    ...(canSeeUsers(me)
      ? [
          { href: '/admin/users', label: m.nav_users, icon: Users } as const,
          { href: '/admin/clubs', label: m.nav_clubs, icon: Building } as const,
        ]
      : []),
    ...(canReadAudit(me)
      ? [
          { href: '/admin/audit', label: m.audit_title, icon: ScrollText } as const,
          { href: '/admin/system', label: m.system_title, icon: Activity } as const,
        ]
      : []),
    ...(isSuperAdmin(me)
      ? [{ href: '/admin/settings', label: m.settings_title, icon: Settings } as const]
      : []),
    { href: '/account', label: m.nav_account, icon: CircleUser },
    { href: '/account/privacy', label: m.privacy_title, icon: ShieldCheck },
  ];
}
