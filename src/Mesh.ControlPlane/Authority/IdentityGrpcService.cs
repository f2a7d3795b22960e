using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Model.Identity;
using Mesh.Registration.V1;

namespace Mesh.ControlPlane.Authority;

/// <summary>Turns signing requests into SVIDs. The caller is who its live SVID says, else who its token says; it gets that identity and no other.</summary>
internal sealed partial class IdentityGrpcService(PeerVerifier peers, ITokenVerifier tokens, SvidIssuer issuer, ILogger<IdentityGrpcService> logger)
    : IdentityService.IdentityServiceBase
{
    /// <inheritdoc />
    public override async Task<SignCertificateResponse> SignCertificate(SignCertificateRequest request, ServerCallContext context)
    {
        var (caller, proof) = await AuthenticateAsync(request, context);
        if (!SigningRequestReader.TryRead(request.CsrDer.Span, out var signingRequest, out var reason))
        {
            throw Refuse(StatusCode.InvalidArgument, caller.Text, $"The certificate signing request is refused: {reason}.");
        }

        if (signingRequest.UriNames.FirstOrDefault(name => name != caller.Text) is { } other)
        {
            throw Refuse(StatusCode.PermissionDenied, caller.Text, $"{caller} may not have a certificate for {other}.");
        }

        if (signingRequest.UriNames.Length > 1)
        {
            throw Refuse(StatusCode.InvalidArgument, caller.Text, "The certificate signing request names its id more than once.");
        }

        return Sign(caller, signingRequest.PublicKey, request.Replica, proof);
    }

    private SignCertificateResponse Sign(SpiffeId caller, PublicKey key, string replica, string proof)
    {
        IssuedSvid issued;
        try
        {
            issued = issuer.Issue(caller, key);
        }
        catch (AuthorityException e)
        {
            throw Refuse(StatusCode.FailedPrecondition, caller.Text, e.Message);
        }

        Log.SvidSigned(logger, caller.Text, Printable(replica), proof, issued.NotAfter);
        return new SignCertificateResponse
        {
            CertificateChainDer = { issued.Chain.Select(der => ByteString.CopyFrom(der)) },
            TrustBundleDer = { issued.Bundle.Roots.Select(root => ByteString.CopyFrom(root.RawData)) },
            NotAfter = issued.NotAfter.ToTimestamp(),
            RenewAfter = issued.RenewAfter.ToTimestamp(),
            SpiffeId = caller.Text,
        };
    }

    private async Task<(SpiffeId Caller, string Proof)> AuthenticateAsync(SignCertificateRequest request, ServerCallContext context)
    {
        var peer = peers.Verify(context.GetHttpContext());
        if (peer.IsValid)
        {
            // A live SVID decides, even if a token of someone else came along: nobody gets a second identity.
            return IsWorkload(peer.Id) ? (peer.Id, "svid") : throw Refuse(StatusCode.PermissionDenied, peer.Id.Text, $"{peer.Id} is not the identity of a service.");
        }

        if (string.IsNullOrEmpty(request.Token))
        {
            throw Refuse(StatusCode.Unauthenticated, "unknown", $"Neither a live SVID nor a token: the peer certificate is refused because {peer.Reason}.");
        }

        var proof = await tokens.VerifyAsync(request.Token, context.CancellationToken);
        return proof.SpiffeId is { } id
            ? (id, proof.Proof)
            : throw Refuse(proof.IsOpen ? StatusCode.Unavailable : StatusCode.Unauthenticated, "unknown", $"The token is refused: {proof.Reason}.");
    }

    private static bool IsWorkload(SpiffeId id) => id.TryGetService(out _) && id != SpiffeId.ControlPlane(id.TrustDomain);

    private RpcException Refuse(StatusCode code, string caller, string message)
    {
        Log.SigningRefused(logger, caller, message);
        return new RpcException(new Status(code, message));
    }

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Printable(string? text) => text is { Length: > 200 } ? text[..200] : text;

    private static partial class Log
    {
        [LoggerMessage(2120, LogLevel.Information, "Signed {SpiffeId} for {Replica}, proved by {Proof}; it ends {NotAfter:u}.", EventName = nameof(SvidSigned))]
        public static partial void SvidSigned(ILogger logger, string spiffeId, string replica, string proof, DateTimeOffset notAfter);

        [LoggerMessage(2121, LogLevel.Warning, "A certificate was refused to {Caller}: {Reason}", EventName = nameof(SigningRefused))]
        public static partial void SigningRefused(ILogger logger, string caller, string reason);
    }
}
