using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.Xds.Validation;

/// <summary>Goes through a message and all in it, known types inside Any too, and reports every field that breaks its rules.</summary>
internal sealed class MessageWalker(string resource, Action<XdsViolation> report)
{
    private const int LongestValue = 100;

    private static readonly TypeRegistry Types = TypeRegistry.FromFiles(
        Envoy.Config.Cluster.V3.ClusterReflection.Descriptor,
        Envoy.Config.Listener.V3.ListenerReflection.Descriptor,
        Envoy.Config.Route.V3.RouteReflection.Descriptor,
        Envoy.Extensions.AccessLoggers.File.V3.FileReflection.Descriptor,
        Envoy.Extensions.AccessLoggers.Stream.V3.StreamReflection.Descriptor,
        Envoy.Extensions.Filters.Listener.TlsInspector.V3.TlsInspectorReflection.Descriptor,
        Envoy.Extensions.Filters.Http.Cors.V3.CorsReflection.Descriptor,
        Envoy.Extensions.Filters.Http.ExtAuthz.V3.ExtAuthzReflection.Descriptor,
        Envoy.Extensions.Filters.Http.Fault.V3.FaultReflection.Descriptor,
        Envoy.Extensions.Filters.Http.JwtAuthn.V3.ConfigReflection.Descriptor,
        Envoy.Extensions.Filters.Http.LocalRatelimit.V3.LocalRateLimitReflection.Descriptor,
        Envoy.Extensions.Filters.Http.Rbac.V3.RbacReflection.Descriptor,
        Envoy.Extensions.Filters.Http.Router.V3.RouterReflection.Descriptor,
        Envoy.Extensions.Filters.Http.StatefulSession.V3.StatefulSessionReflection.Descriptor,
        Envoy.Extensions.Http.StatefulSession.Cookie.V3.CookieReflection.Descriptor,
        Envoy.Extensions.Http.StatefulSession.Header.V3.HeaderReflection.Descriptor,
        Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManagerReflection.Descriptor,
        Envoy.Extensions.Filters.Network.LocalRatelimit.V3.LocalRateLimitReflection.Descriptor,
        Envoy.Extensions.Filters.Network.Rbac.V3.RbacReflection.Descriptor,
        Envoy.Extensions.Filters.Network.TcpProxy.V3.TcpProxyReflection.Descriptor,
        Envoy.Extensions.TransportSockets.Tls.V3.TlsReflection.Descriptor,
        Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptionsReflection.Descriptor,
        Mesh.Snapshot.V1.SettingsReflection.Descriptor,
        Mesh.Snapshot.V1.TelemetryReflection.Descriptor);

    /// <summary>Every message found, with its path; for the rules that look at more than one field.</summary>
    public event Action<IMessage, string>? Visited;

    public void Walk(IMessage message, string at)
    {
        Visited?.Invoke(message, at);
        var plan = MessagePlan.Of(message.Descriptor);
        foreach (var oneof in plan.RequiredOneofs)
        {
            if (oneof.Accessor.GetCaseFieldDescriptor(message) is null)
            {
                Report(Join(at, oneof.Name), "one of its fields has to be set", "none");
            }
        }

        foreach (var field in plan.Fields)
        {
            if (field.RealContainingOneof is null || field.RealContainingOneof.Accessor.GetCaseFieldDescriptor(message) == field)
            {
                Walk(field, field.Accessor.GetValue(message), Join(at, field.Name));
            }
        }
    }

    private void Walk(FieldDescriptor field, object? value, string at)
    {
        var rules = FieldRules.Of(field.FullName);
        foreach (var rule in rules.Where(rule => rule.Of == FieldRulePart.Field))
        {
            Check(rule, value, field, at);
        }

        if (field.IsMap)
        {
            WalkMap(field, (IDictionary)value!, at);
        }
        else if (field.IsRepeated)
        {
            var index = 0;
            foreach (var item in (IList)value!)
            {
                var itemAt = string.Create(CultureInfo.InvariantCulture, $"{at}[{index++}]");
                foreach (var rule in rules.Where(rule => rule.Of == FieldRulePart.Items))
                {
                    Check(rule, item, field, itemAt);
                }

                Nested(item, itemAt);
            }
        }
        else
        {
            Nested(value, at);
        }
    }

    private void WalkMap(FieldDescriptor field, IDictionary map, string at)
    {
        foreach (DictionaryEntry entry in map)
        {
            var entryAt = $"{at}[\"{entry.Key}\"]";
            foreach (var rule in FieldRules.Of(field.FullName).Where(rule => rule.Of == FieldRulePart.Keys))
            {
                Check(rule, entry.Key, field, entryAt);
            }

            Nested(entry.Value, entryAt);
        }
    }

    private void Nested(object? value, string at)
    {
        switch (value)
        {
            case Any any when Types.Find(Any.GetTypeName(any.TypeUrl)) is { } type:
                Walk(type.Parser.ParseFrom(any.Value), at);
                break;
            case Any any:
                Report(at, "its type has to be one that Mesh knows", any.TypeUrl);
                break;
            case IMessage message when message.Descriptor.File.Package != "google.protobuf":
                Walk(message, at);
                break;
        }
    }

    private void Check(FieldRule rule, object? value, FieldDescriptor field, string at)
    {
        if (!ValueRules.Holds(rule, value, field))
        {
            Report(at, rule.ToString(), Text(value));
        }
    }

    private void Report(string at, string rule, string value) => report(new(resource, at, rule, value));

    private static string Text(object? value)
    {
        var text = value switch
        {
            null => "absent",
            string s => $"'{s}'",
            IList list => string.Create(CultureInfo.InvariantCulture, $"{list.Count} items"),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.Length <= LongestValue ? text : string.Concat(text.AsSpan(0, LongestValue), "…");
    }

    private static string Join(string at, string name) => at.Length == 0 ? name : $"{at}.{name}";
}
