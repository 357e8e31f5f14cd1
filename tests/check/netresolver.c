/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netresolver.h"

struct _NetResolver
{
  GResolver parent;

  GResolver *before;
  gboolean deaf;
  GMutex lock;
  GCond cond;
  GPtrArray *look_ups; /* lock; of GTask */
};

G_DEFINE_TYPE (NetResolver, net_resolver, G_TYPE_RESOLVER)

static void
return_nothing (gpointer data, gpointer unused)
{
  g_task_return_new_error (data, G_RESOLVER_ERROR,
      G_RESOLVER_ERROR_TEMPORARY_FAILURE, "the test is over");
}

static void
on_cancelled (GCancellable *cancellable, gpointer task)
{
  g_task_return_error_if_cancelled (task);
}

static void
look_up (NetResolver *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task =
      g_task_new (self, self->deaf ? NULL : cancellable, callback, user_data);

  if (cancellable != NULL && !self->deaf)
    g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
        g_object_ref (task), g_object_unref);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->look_ups, task);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
lookup_by_name_async (GResolver *resolver, const char *name,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  look_up (NET_RESOLVER (resolver), cancellable, callback, user_data);
}

static void
lookup_by_name_with_flags_async (GResolver *resolver, const char *name,
    GResolverNameLookupFlags flags, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  look_up (NET_RESOLVER (resolver), cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
net_resolver_finalize (GObject *object)
{
  NetResolver *self = NET_RESOLVER (object);

  g_ptr_array_unref (self->look_ups);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (net_resolver_parent_class)->finalize (object);
}

static void
net_resolver_class_init (NetResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = net_resolver_finalize;
  resolver_class->lookup_by_name_async = lookup_by_name_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags_async =
      lookup_by_name_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
net_resolver_init (NetResolver *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->look_ups = g_ptr_array_new_with_free_func (g_object_unref);
}

NetResolver *
net_resolver_install (gboolean deaf)
{
  NetResolver *self = g_object_new (NET_TYPE_RESOLVER, NULL);

  self->deaf = deaf;
  self->before = g_resolver_get_default ();
  g_resolver_set_default (G_RESOLVER (self));
  return self;
}

void
net_resolver_remove (NetResolver *self)
{
  g_resolver_set_default (self->before);
  g_clear_object (&self->before);
  /* Those that nobody waits for any more come to nobody's context: what they
   * hold goes with them. */
  if (self->deaf)
    g_ptr_array_foreach (self->look_ups, return_nothing, NULL);
  g_ptr_array_set_size (self->look_ups, 0);
  g_object_unref (self);
}

void
net_resolver_wait_asked (NetResolver *self)
{
  g_mutex_lock (&self->lock);
  while (self->look_ups->len == 0)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}
