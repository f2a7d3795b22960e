namespace Mesh.Proxy.Identity;

internal sealed partial class IdentityRenewal
{
    private static partial class Log
    {
        [LoggerMessage(3630, LogLevel.Information, "{SpiffeId}: the SVID that the state directory kept is in use; it ends {NotAfter:u}.", EventName = nameof(Restored))]
        public static partial void Restored(ILogger logger, string spiffeId, DateTimeOffset notAfter);

        [LoggerMessage(3631, LogLevel.Information, "{SpiffeId}: a new SVID is in use; it ends {NotAfter:u}.", EventName = nameof(Renewed))]
        public static partial void Renewed(ILogger logger, string spiffeId, DateTimeOffset notAfter);

        [LoggerMessage(3632, LogLevel.Information, "The SVID that the state directory kept is of no use, a new one is asked for: {Reason}", EventName = nameof(KeptIsUseless))]
        public static partial void KeptIsUseless(ILogger logger, string reason);

        [LoggerMessage(3633, LogLevel.Error, "The control plane refused to sign an SVID: {Reason} The last one lives {Remaining:c} more; after that mesh hops are answered with 503.", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string reason, TimeSpan remaining);

        [LoggerMessage(3634, LogLevel.Warning, "No new SVID, for {ControlPlane} cannot be reached: {Reason} The last one lives {Remaining:c} more.", EventName = nameof(Unreachable))]
        public static partial void Unreachable(ILogger logger, Uri controlPlane, string reason, TimeSpan remaining);

        [LoggerMessage(3635, LogLevel.Error, "No new SVID, for {ControlPlane} cannot be reached: {Reason} In {Remaining:c} mesh hops are answered with 503; is the control plane running?", EventName = nameof(RunningOut))]
        public static partial void RunningOut(ILogger logger, Uri controlPlane, string reason, TimeSpan remaining);

        [LoggerMessage(3636, LogLevel.Error, "{SpiffeId}: the SVID ended {NotAfter:u}; mesh hops are answered with 503 until there is a new one.", EventName = nameof(Expired))]
        public static partial void Expired(ILogger logger, string spiffeId, DateTimeOffset notAfter);

        [LoggerMessage(3637, LogLevel.Warning, "The control plane does not take the live SVID as a proof, the token is tried: {Reason}", EventName = nameof(SvidNotEnough))]
        public static partial void SvidNotEnough(ILogger logger, string reason);
    }
}
