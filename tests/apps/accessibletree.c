/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "accessibletree.h"

#define REGISTRY "org.a11y.atspi.Registry"
#define ROOT "/org/a11y/atspi/accessible/root"
#define ACCESSIBLE "org.a11y.atspi.Accessible"
#define MAX_DEPTH 50

struct _AccessibleTree
{
  GDBusConnection *bus;
};

AccessibleTree *
accessible_tree_new (GDBusConnection *session)
{
  AccessibleTree *tree = g_new0 (AccessibleTree, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (session,
      "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", NULL,
      G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  const char *address;

  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &address);
  tree->bus = g_dbus_connection_new_for_address_sync (address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  return tree;
}

void
accessible_tree_free (AccessibleTree *tree)
{
  g_dbus_connection_close_sync (tree->bus, NULL, NULL);
  g_object_unref (tree->bus);
  g_free (tree);
}

/* NULL where the object has gone meanwhile. */
static GVariant *
ask (AccessibleTree *tree, const char *program, const char *path,
    const char *interface, const char *method, GVariant *parameters)
{
  return g_dbus_connection_call_sync (tree->bus, program, path, interface,
      method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
}

static void
append_line (
    AccessibleTree *tree, const char *program, const char *path, GString *lines)
{
  g_autoptr (GVariant) role =
      ask (tree, program, path, ACCESSIBLE, "GetRoleName", NULL);
  g_autoptr (GVariant) name =
      ask (tree, program, path, "org.freedesktop.DBus.Properties", "Get",
          g_variant_new ("(ss)", ACCESSIBLE, "Name"));
  g_autoptr (GVariant) value = NULL;
  const char *role_text;

  if (role == NULL || name == NULL)
    return;
  g_variant_get (role, "(&s)", &role_text);
  g_variant_get (name, "(v)", &value);
  g_string_append_printf (
      lines, "%s: %s\n", role_text, g_variant_get_string (value, NULL));
}

static void
read_children (AccessibleTree *tree, const char *program, const char *path,
    guint depth, GString *lines)
{
  g_autoptr (GVariant) reply =
      ask (tree, program, path, ACCESSIBLE, "GetChildren", NULL);
  g_autoptr (GVariantIter) children = NULL;
  const char *child_program, *child_path;

  g_assert_cmpuint (depth, <, MAX_DEPTH);
  if (reply == NULL)
    return;
  g_variant_get (reply, "(a(so))", &children);
  while (
      g_variant_iter_next (children, "(&s&o)", &child_program, &child_path)) {
    append_line (tree, child_program, child_path, lines);
    read_children (tree, child_program, child_path, depth + 1, lines);
  }
}

char *
accessible_tree_read (AccessibleTree *tree)
{
  GString *lines = g_string_new (NULL);

  read_children (tree, REGISTRY, ROOT, 0, lines);
  return g_string_free (lines, FALSE);
}
