/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clientkey.h"

#include <string.h>

#define IPV6_NETWORK_BYTES 8

/* ::ffff:0:0/96, how an IPv4 client looks on an IPv6 socket. */
static const guint8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

char *
client_key_new (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gsize size = g_inet_address_get_native_size (address);
  g_autoptr (GInetAddress) inner = NULL;
  guint8 network[16] = { 0 };

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
      && memcmp (bytes, mapped_prefix, sizeof mapped_prefix) == 0) {
    inner = g_inet_address_new_from_bytes (
        bytes + sizeof mapped_prefix, G_SOCKET_FAMILY_IPV4);
    return client_key_new (inner);
  }
  if (g_inet_address_get_is_loopback (address))
    return g_strdup (CLIENT_KEY_LOOPBACK);
  if (size != sizeof network)
    return g_inet_address_to_string (address);
  memcpy (network, bytes, IPV6_NETWORK_BYTES);
  inner = g_inet_address_new_from_bytes (network, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (inner);
}

gboolean
client_key_is_loopback (GInetAddress *address)
{
  g_autofree char *key = client_key_new (address);

  return g_str_equal (key, CLIENT_KEY_LOOPBACK);
}
