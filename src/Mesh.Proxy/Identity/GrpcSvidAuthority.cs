using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Model.Identity;
using Mesh.Proxy.Bootstrap;
using Mesh.Registration.V1;

namespace Mesh.Proxy.Identity;

/// <summary>The control plane's authority.</summary>
internal sealed class GrpcSvidAuthority(ControlPlaneChannels channels, ProxySettings settings, TimeProvider time) : ISvidAuthority
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public async Task<SignedSvid> SignAsync(ECDsa key, byte[] signingRequest, WorkloadSvid? svid, string? token, CancellationToken cancellationToken)
    {
        // A connection of its own: it is asked every half hour, and has to show the SVID, or none, that this very call is about.
        using var channel = channels.Open(svid);
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var request = new SignCertificateRequest
        {
            CsrDer = ByteString.CopyFrom(signingRequest),
            Token = token ?? "",
            Replica = $"{settings.Service}#{settings.Replica}",
        };
        try
        {
            var response = await new IdentityService.IdentityServiceClient(channel).SignCertificateAsync(request, cancellationToken: ending.Token);
            return new SignedSvid(
                key,
                [.. response.CertificateChainDer.Select(der => X509CertificateLoader.LoadCertificate(der.Span))],
                TrustBundle.FromDer(response.TrustBundleDer.Select(der => der.Memory)),
                response.RenewAfter?.ToDateTimeOffset());
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.Unimplemented)
        {
            throw new SvidRefusedException(e.Status.Detail, e);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AuthorityUnreachableException(deadline.IsCancellationRequested ? $"no answer within {Deadline.TotalSeconds:F0} s" : Innermost(e), e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new SvidRefusedException($"its answer cannot be read: {e.Message}", e);
        }
    }

    // gRPC wraps what the sockets and TLS said twice and thrice; only the last says what to do.
    private static string Innermost(RpcException e)
    {
        var cause = e.Status.DebugException ?? e;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause is RpcException ? e.Status.Detail : cause.Message;
    }
}
