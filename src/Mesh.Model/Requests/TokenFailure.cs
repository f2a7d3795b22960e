namespace Mesh.Model.Requests;

/// <summary>Why a token is not taken.</summary>
public enum TokenFailure
{
    /// <summary>It is no JSON Web Token with a signature, or not written as RFC 7519 demands.</summary>
    Malformed,

    /// <summary>The request carries several.</summary>
    Several,

    /// <summary>It is longer than any that is read.</summary>
    TooLarge,

    /// <summary>It is signed by nothing, by a shared secret, or by what is not known here.</summary>
    Algorithm,

    /// <summary>It says that who does not understand some header must refuse it.</summary>
    Critical,

    /// <summary>Nobody here takes tokens of its issuer.</summary>
    Issuer,

    /// <summary>It was made for somebody else.</summary>
    Audience,

    /// <summary>The issuer has no key of that name that could have signed it.</summary>
    KeyUnknown,

    /// <summary>The signature is not the issuer's.</summary>
    Signature,

    /// <summary>It says nothing of its end, or its end was reached.</summary>
    Expired,

    /// <summary>It is not valid yet.</summary>
    NotYetValid,

    /// <summary>The issuer's keys cannot be had, and those of before are too old.</summary>
    KeysUnavailable,
}
