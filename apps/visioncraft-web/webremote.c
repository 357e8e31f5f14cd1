/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webremote.h"

#include "clientkey.h"

#include <string.h>

#define KEY "web-remote"

/* "203.0.113.7", "2001:db8::7", and both with a port; NULL: none of them. */
static GInetAddress *
parse_address (const char *text)
{
  GInetAddress *address = g_inet_address_new_from_string (text);
  g_autoptr (GSocketConnectable) parsed = NULL;

  if (address != NULL)
    return address;
  parsed = g_network_address_parse (text, 0, NULL);
  if (parsed == NULL)
    return NULL;
  return g_inet_address_new_from_string (
      g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)));
}

/* NULL: the field says nothing. */
static GInetAddress *
read_forwarded (const char *field)
{
  const char *comma = strrchr (field, ',');
  g_autofree char *last = g_strdup (comma != NULL ? comma + 1 : field);

  return parse_address (g_strstrip (last));
}

/* NULL: it is not known. Transfer full. */
static GInetAddress *
find_address (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  const char *forwarded = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "X-Forwarded-For");
  GInetAddress *address, *other = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  if (forwarded != NULL && client_key_is_loopback (address))
    other = read_forwarded (forwarded);
  return other != NULL ? other : g_object_ref (address);
}

static char *
make_key (SoupServerMessage *message)
{
  g_autoptr (GInetAddress) address = find_address (message);

  return address != NULL ? client_key_new (address) : g_strdup ("");
}

char *
web_remote_dup_address (SoupServerMessage *message)
{
  g_autoptr (GInetAddress) address = find_address (message);

  return address != NULL ? g_inet_address_to_string (address) : g_strdup ("-");
}

const char *
web_remote_get_key (SoupServerMessage *message)
{
  char *key = g_object_get_data (G_OBJECT (message), KEY);

  if (key == NULL) {
    key = make_key (message);
    g_object_set_data_full (G_OBJECT (message), KEY, key, g_free);
  }
  return key;
}

gboolean
web_remote_is_here (SoupServerMessage *message)
{
  return g_str_equal (web_remote_get_key (message), CLIENT_KEY_LOOPBACK);
}
