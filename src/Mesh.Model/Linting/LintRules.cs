using System.Collections.Immutable;

namespace Mesh.Model.Linting;

/// <summary>Every lint rule there is.</summary>
public static class LintRules
{
    public static readonly LintRule UnknownUse = new("MESH101", "use of nothing");
    public static readonly LintRule UnknownUsePort = new("MESH102", "use of no port");
    public static readonly LintRule NothingToCall = new("MESH103", "nothing to call");
    public static readonly LintRule SelectsNothing = new("MESH104", "selects nothing");
    public static readonly LintRule SpeaksForNobody = new("MESH105", "speaks for nobody");
    public static readonly LintRule UnknownTarget = new("MESH106", "unknown target");
    public static readonly LintRule UnknownTargetPort = new("MESH107", "unknown port");
    public static readonly LintRule NoSidecar = new("MESH108", "no sidecar to enforce it");
    public static readonly LintRule UnknownCaller = new("MESH109", "unknown caller");
    public static readonly LintRule ForeignIdentity = new("MESH110", "foreign identity");
    public static readonly LintRule OtherProtocol = new("MESH111", "route for another protocol");
    public static readonly LintRule UnusableBackend = new("MESH112", "backend that cannot be used");
    public static readonly LintRule RefusingBackend = new("MESH113", "backend that refuses");
    public static readonly LintRule NameTaken = new("MESH114", "name taken");
    public static readonly LintRule OtherKindStands = new("MESH116", "route of another kind");
    public static readonly LintRule LimitsNothing = new("MESH117", "limit of nothing");

    public static readonly LintRule LonelyWeight = new("MESH120", "weight of a single backend", LintLevel.Hint);
    public static readonly LintRule NoWeight = new("MESH121", "no weight at all");
    public static readonly LintRule BackendTwice = new("MESH122", "backend twice", LintLevel.Hint);
    public static readonly LintRule MatchTwice = new("MESH123", "match twice");
    public static readonly LintRule Unreachable = new("MESH124", "unreachable rule");
    public static readonly LintRule RouteOverruled = new("MESH125", "route overruled", LintLevel.Hint);
    public static readonly LintRule NothingForTheRest = new("MESH126", "nothing for the rest", LintLevel.Hint);
    public static readonly LintRule GlobInPath = new("MESH127", "star in a path");
    public static readonly LintRule EncodedPath = new("MESH129", "encoded path");
    public static readonly LintRule PlainExpression = new("MESH130", "expression of plain text", LintLevel.Hint);
    public static readonly LintRule RedirectLoop = new("MESH131", "redirect to itself");
    public static readonly LintRule HeaderSetAndRemoved = new("MESH132", "header set and removed", LintLevel.Hint);

    public static readonly LintRule AllowHidden = new("MESH140", "permission hidden by a denial");
    public static readonly LintRule EdgeDenied = new("MESH141", "use denied");
    public static readonly LintRule AllowNarrowsNothing = new("MESH142", "permission that narrows nothing");
    public static readonly LintRule AllowTwice = new("MESH143", "permission twice", LintLevel.Hint);
    public static readonly LintRule RehearsalHidden = new("MESH144", "rehearsal that never counts");
    public static readonly LintRule AllowUnused = new("MESH145", "permission nobody uses", LintLevel.Hint);
    public static readonly LintRule DenyOfNobody = new("MESH146", "denial of nobody", LintLevel.Hint);
    public static readonly LintRule RequestsOnTcp = new("MESH147", "requests on a tcp port");
    public static readonly LintRule Everybody = new("MESH148", "permission for everybody", LintLevel.Hint);
    public static readonly LintRule MethodNeverSent = new("MESH149", "method that is never forwarded", LintLevel.Hint);
    public static readonly LintRule TokensForAnybody = new("MESH150", "tokens for anybody");

    public static readonly LintRule TryOverRequest = new("MESH160", "attempt longer than the request");
    public static readonly LintRule RetriesDoNotFit = new("MESH161", "retries do not fit", LintLevel.Hint);
    public static readonly LintRule NoBudget = new("MESH162", "budget of zero");
    public static readonly LintRule RetryOnNothing = new("MESH163", "retry on nothing");
    public static readonly LintRule NoRetries = new("MESH164", "conditions without retries", LintLevel.Hint);
    public static readonly LintRule ConnectOverRequest = new("MESH165", "connect longer than the request", LintLevel.Hint);
    public static readonly LintRule CalleeEndsFirst = new("MESH166", "callee ends first", LintLevel.Hint);

    public static readonly LintRule Unheard = new("MESH170", "policy without effect", LintLevel.Hint);
    public static readonly LintRule Overruled = new("MESH171", "policy overruled everywhere");
    public static readonly LintRule ByAlphabet = new("MESH172", "decided by the alphabet", LintLevel.Hint);
    public static readonly LintRule SaidTwice = new("MESH173", "said twice");
    public static readonly LintRule RetryOfOtherProtocol = new("MESH174", "retry of another protocol");
    public static readonly LintRule TimeoutOfOtherProtocol = new("MESH175", "timeout of another protocol");

    public static readonly LintRule HashUnused = new("MESH180", "hash without a hashing type");
    public static readonly LintRule NothingToHash = new("MESH181", "hashing of nothing");

    public static readonly LintRule TlsContradiction = new("MESH185", "versions that contradict");
    public static readonly LintRule CipherOfNobody = new("MESH186", "cipher of nobody", LintLevel.Hint);
    public static readonly LintRule PermissivePort = new("MESH187", "permissive port", LintLevel.Hint);
    public static readonly LintRule PermissiveForNobody = new("MESH188", "permissive for nobody");
    public static readonly LintRule PermissiveExternal = new("MESH189", "permissive external port", LintLevel.Hint);

    public static readonly LintRule UseTwice = new("MESH191", "use twice", LintLevel.Hint);
    public static readonly LintRule UnusualPort = new("MESH192", "port of another scheme", LintLevel.Hint);
    public static readonly LintRule LocalExternal = new("MESH193", "external service on this machine", LintLevel.Hint);
    public static readonly LintRule ExternalIsMember = new("MESH194", "external service of the mesh", LintLevel.Hint);
    public static readonly LintRule EffectOfNoPolicy = new("MESH195", "shadow of no policy", LintLevel.Hint);
    public static readonly LintRule TagOfNoSpan = new("MESH196", "tag of no span", LintLevel.Hint);
    public static readonly LintRule NothingMeasured = new("MESH197", "nothing measured");
    public static readonly LintRule ParentIgnored = new("MESH198", "caller's decision ignored", LintLevel.Hint);

    /// <summary>All of them by id.</summary>
    public static ImmutableArray<LintRule> All { get; } =
    [
        UnknownUse, UnknownUsePort, NothingToCall, SelectsNothing, SpeaksForNobody, UnknownTarget, UnknownTargetPort, NoSidecar, UnknownCaller, ForeignIdentity,
        OtherProtocol, UnusableBackend, RefusingBackend, NameTaken, OtherKindStands, LimitsNothing,
        LonelyWeight, NoWeight, BackendTwice, MatchTwice, Unreachable, RouteOverruled, NothingForTheRest, GlobInPath, EncodedPath, PlainExpression, RedirectLoop, HeaderSetAndRemoved,
        AllowHidden, EdgeDenied, AllowNarrowsNothing, AllowTwice, RehearsalHidden, AllowUnused, DenyOfNobody, RequestsOnTcp, Everybody, MethodNeverSent, TokensForAnybody,
        TryOverRequest, RetriesDoNotFit, NoBudget, RetryOnNothing, NoRetries, ConnectOverRequest, CalleeEndsFirst,
        Unheard, Overruled, ByAlphabet, SaidTwice, RetryOfOtherProtocol, TimeoutOfOtherProtocol,
        HashUnused, NothingToHash,
        TlsContradiction, CipherOfNobody, PermissivePort, PermissiveForNobody, PermissiveExternal,
        UseTwice, UnusualPort, LocalExternal, ExternalIsMember, EffectOfNoPolicy, TagOfNoSpan, NothingMeasured, ParentIgnored,
    ];
}
