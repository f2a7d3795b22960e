using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Linting;

/// <summary>Settings of a protocol that none of the ports speaks.</summary>
internal static class ProtocolLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var policy in context.Policies.All)
        {
            var to = DeclaredResource.SpecPath / "to";
            var space = policy.Metadata.Namespace;
            if (policy is RetryPolicy retry)
            {
                for (var i = 0; i < retry.To.Length; i++)
                {
                    var settings = retry.To[i].Default;
                    AppProtocol[] spoken = [.. context.Selected(retry.To[i].TargetRef, space).Select(u => u.Protocol).Distinct()];
                    foreach (var (field, isSaid, fits) in new (string, bool, Func<AppProtocol, bool>)[]
                    {
                        ("http", settings.Http != new HttpRetrySettings(), p => p.IsHttp() && p != AppProtocol.Grpc),
                        ("grpc", settings.Grpc != new GrpcRetrySettings(), p => p == AppProtocol.Grpc),
                        ("tcp", settings.MaxConnectAttempts is not null, p => p == AppProtocol.Tcp),
                    })
                    {
                        if (isSaid && spoken.Length > 0 && !Array.Exists(spoken, p => fits(p)))
                        {
                            report.Add(LintRules.RetryOfOtherProtocol, policy, to[i] / "default" / field, $"is for ports that speak {field}, and those that are meant speak {Words(spoken)}; say {(Array.Exists(spoken, p => p == AppProtocol.Grpc) ? "grpc" : Array.Exists(spoken, p => p.IsHttp()) ? "http" : "tcp")} instead");
                        }
                    }
                }
            }
            else if (policy is TimeoutPolicy timeout)
            {
                for (var i = 0; i < timeout.To.Length; i++)
                {
                    var settings = timeout.To[i].Default;
                    AppProtocol[] spoken = [.. context.Selected(timeout.To[i].TargetRef, space).Select(u => u.Protocol).Distinct()];
                    foreach (var (field, isSaid) in new[] { ("request", settings.Request is not null), ("grpcRequest", settings.GrpcRequest is not null), ("streamIdle", settings.StreamIdle is not null) })
                    {
                        if (isSaid && spoken.Length > 0 && Array.TrueForAll(spoken, p => !p.IsHttp()))
                        {
                            report.Add(LintRules.TimeoutOfOtherProtocol, policy, to[i] / "default" / field, $"is for requests, and the ports that are meant speak {Words(spoken)}; a connection has connect and idle");
                        }
                    }
                }
            }
        }
    }

    private static string Words(AppProtocol[] protocols) => string.Join(" and ", protocols.Select(p => p.ToWord()));
}
