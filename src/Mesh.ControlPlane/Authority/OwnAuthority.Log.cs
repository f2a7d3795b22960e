namespace Mesh.ControlPlane.Authority;

internal sealed partial class OwnAuthority
{
    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Information, "A new root {RootId} was made.", EventName = nameof(RootMade))]
        public static partial void RootMade(ILogger logger, string rootId);

        [LoggerMessage(2101, LogLevel.Information, "The authority is loaded: root {RootId}, {RootCount} in the bundle, its signer ends {SignerEnds:u}.", EventName = nameof(AuthorityLoaded))]
        public static partial void AuthorityLoaded(ILogger logger, string rootId, int rootCount, DateTime signerEnds);

        [LoggerMessage(2102, LogLevel.Information, "The signer under root {RootId} was renewed; it ends {SignerEnds:u}.", EventName = nameof(SignerRenewed))]
        public static partial void SignerRenewed(ILogger logger, string rootId, DateTime signerEnds);

        [LoggerMessage(2103, LogLevel.Information, "Root {RootId} is {State} now.", EventName = nameof(RootMoved))]
        public static partial void RootMoved(ILogger logger, string rootId, RootState state);

        [LoggerMessage(2104, LogLevel.Information, "Root {RootId} is retired: nothing under it is trusted any more.", EventName = nameof(RootRetired))]
        public static partial void RootRetired(ILogger logger, string rootId);
    }
}
